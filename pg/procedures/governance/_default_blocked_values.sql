-- The values that link nobody in a new tenant: placeholders, absent values in words, templates, names of fields, test addresses.
-- Facts only; a tenant changes its own copy. Patterns are matched over the whole normalised value, whatever its case: an identifier
-- has no blanks by then. Each is tried on every new value, so none goes back on its steps.

CREATE OR REPLACE FUNCTION c360._default_blocked_values()
    RETURNS TABLE (
        identifier_type text,
        pattern         text,
        reason          text
    )
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('*', '[0.-]*', 'empty, zeros and dashes stand for nothing'),
        ('*', '-1', 'placeholder of databases'),
        ('*', 'null|nil|none|nan|undefined|void', 'absent value that was turned into text'),
        ('*', '\[object object\]', 'JavaScript object that was turned into text'),
        ('*', 'n/?a|unknown|unspecified|not[ _-]?(set|available|provided)', 'absent value in words'),
        ('*', 'anonymous|anon|guest|visitor', 'nobody in particular'),
        ('*', 'test|tester|testing|demo|example|sample|dummy', 'test data'),
        ('*', 'true|false', 'flag in the wrong place'),
        ('*', '0{8}-0{4}-0{4}-0{4}-0{12}', 'nil UUID'),
        ('*', 'x+|\?+|\*+', 'redacted value'),
        ('*', 'ffffffff-ffff-ffff-ffff-ffffffffffff|ffffffffffffffffffffffffffffffff', 'maximal UUID'),
        ('*', '11111111-1111-1111-1111-111111111111|12345678-1234-1234-1234-123456789(abc|012)|x{8}-x{4}-.*', 'UUID of documentation'),
        ('*', '9774d56d682e549c|012345678912345|004999010640000|0123456789abcdef', 'identifier that a whole series of devices has'),
        ('*', '9999999|99999999|999999999|9999999999|0?123456789|1234567890|0123456789|987654321|9876543210', 'digits that were typed to fill a field'),
        ('*', '.*[{}].*|.*\*[|].*|.*<%.*|<.*>|\[.*\]|%.*%|__[a-z_]+__|:[a-z_]+|\$[a-z_.:]+|@+[a-z_.]+|%7b.*%7d', 'template or parameter that nobody filled in'),
        ('*', '#+|#(n/?a|n/?d|nv|ref|value|name|div/0|num|null|error|spill|calc|field|bezug|wert|zahl|leer|valeur|nom|nombre|valor)[!?]?', 'error of a spreadsheet'),
        ('*', 'empty|blank|missing|absent|nothing|nobody|noone|nul|nulo|nula|nan|inf|infinity|-inf|-infinity|na|nd|tbd|tba|tbc|todo|fixme|unset|unassigned|unavailable|unidentified', 'absent value in words'),
        ('*', '[(].*[)]|not[ _-]?(applicable|specified|known|defined|found|assigned|given|filled|entered|logged[ _-]?in)', 'absent value in words'),
        ('*', 'no[ _-]?(data|value|user|id|user[ _-]?id|name|one|email|mail|phone|number|customer|order|session|cookie|device|consent)', 'absent value in words'),
        ('*', '(null|nil|none|nan|undefined|unknown|guest|test|n/?a)([ _,;:/|.+-]*(null|nil|none|nan|undefined|unknown|empty|anonymous|guest|user|test|n/?a)){1,9}', 'absent values put together'),
        ('*', 'unbekannt|leer|keine?|keine[ _-]?angabe|nicht[ _-]?(angegeben|vorhanden|gesetzt|definiert|bekannt|zutreffend)|k[.]a[.]|onbekend|geen|leeg|niet[ _-]?(ingevuld|bekend|beschikbaar)', 'absent value in German and Dutch'),
        ('*', 'aucune?|inconnue?|vide|non[ _-]?(défini|defini|renseigné|renseigne|disponible|applicable|spécifié|specifie)|indéfini|sans[ _-]?(objet|nom)|néant', 'absent value in French'),
        ('*', 'ninguno|ninguna|vac[ií]o|desconocid[oa]|sin[ _-]?(datos?|informaci[oó]n|definir|especificar|asignar|nombre)|no[ _-]?(aplica|definido|disponible|especificado|asignado|tiene)|indefinido', 'absent value in Spanish'),
        ('*', 'nenhuma?|vazio|desconhecid[oa]|n[aã]o[ _-]?(informado|definido|dispon[ií]vel|aplic[aá]vel|tem|consta)|sem[ _-]?(dados|informa[cç][aã]o)', 'absent value in Portuguese'),
        ('*', 'nessun[oa]|sconosciut[oa]|vuoto|non[ _-]?(definito|disponibile|specificato)|senza[ _-]?dati', 'absent value in Italian'),
        ('*', 'brak|brak[ _-]?danych|nieznan[yae]|okänd|ukjent|ukendt|saknas|ingen|tuntematon|yok|bilinmiyor|belirtilmemiş|belirsiz|tidak[ _-]?(ada|diketahui|tersedia)|kosong|ismeretlen|necunoscut|neznámý', 'absent value in other languages'),
        ('*', 'không|không[ _-]?(có|rõ|biết|xác[ _-]?định|có[ _-]?dữ[ _-]?liệu)|chưa[ _-]?(có|rõ|xác[ _-]?định|cập[ _-]?nhật)|trống', 'absent value in Vietnamese'),
        ('*', 'khong|khong[ _-]?(co|ro|biet|xac[ _-]?dinh|co[ _-]?du[ _-]?lieu)|chua[ _-]?(co|ro|xac[ _-]?dinh|cap[ _-]?nhat)', 'absent value in Vietnamese without marks'),
        ('*', 'нет|нету|пусто|неизвестно|неизвестный|отсутствует|нет[ _-]?данных|не[ _-]?(указано?|указана|задано?|определено?|определён|заполнено)|невідомо|немає|няма', 'absent value in Russian and its neighbours'),
        ('*', '未知|无|無|没有|沒有|空|暂无|暫無|未填|未填写|未提供|未设置|未設定|未定义|未定義|未登録|未入力|不明|不详|不詳|なし|無し|空白|없음|미정|미입력|미등록|알수없음|정보없음|해당없음', 'absent value in Chinese, Japanese and Korean'),
        ('*', 'ไม่มี|ไม่ระบุ|ไม่ทราบ|غيرمعروف|غيرمتوفر|غيرمحدد|لايوجد|لاشيء|אין|לאידוע|अज्ञात|άγνωστο|κενό', 'absent value in other scripts'),
        ('*', '(user|customer|client|member|account|contact|person|profile|visitor|subscriber|guest|lead|order|external|distinct|anonymous|device|session)[._-]?(id|ids|no|number|num|code|key|name|uuid|guid)', 'name of the field'),
        ('*', '(my|your|the|insert|enter)[ _-]?(user[ _-]?id|customer[ _-]?id|id|e?-?mail|phone|name|number)([ _-]?here)?', 'name of the field'),
        ('*', 'e?-?mail|e?-?mail[ _-]?(address|id)|phone|phone[ _-]?(number|no)|mobile|telephone|id|ids|uid|uuid|guid|user|username|login|customer|client|name|value|string|text|number|key|field|variable', 'name of the field'),
        ('*', '(transaction|invoice|booking|cookie|ga[._-]?client)[._-]?(id|no|number)|order|transaction|invoice|booking|gclid|fbclid', 'name of the field'),
        ('*', 'id[ _-]?(user|usuario|cliente|client|utilisateur|kunde|customer)|kundennummer|benutzer|usuario|utilisateur|пользователь|用户id?|ユーザーid?|khách[ _-]?hàng|mã[ _-]?(khách[ _-]?hàng|kh)|ma[ _-]?kh|sđt', 'name of the field'),
        ('email', '(test|tester|testing|demo|null|none|na|unknown|anonymous|guest)@.*', 'test or placeholder address'),
        ('email', '(no-?reply|do-?not-?reply)([+._-].*)?@.*', 'mailbox that nobody reads'),
        ('email', '.*@(localhost|.*\.invalid)', 'addresses that cannot exist'),
        ('*', 'walk[ _-]?in([ _-]?(customer|guest|client))?|kh[aá]ch[ _-]?(l[eẻ]|v[aã]ng[ _-]?lai)|laufkunde|barverkauf|(anonymous|guest|default|system|cash|retail|unknown)[ _-]?(user|customer|client|account|buyer)', 'whoever came to the till'),
        ('*', 'system|admin|administrator|root|default|deleted|removed|redacted|invalid|pending|1111111111?|11111111', 'nobody in particular'),
        ('*', '(none|not|nothing)[ _-]?(provided|given|available|stated)|nada|não|không[ _-]?(có[ _-]?)?thông[ _-]?tin|chưa[ _-]?đăng[ _-]?nhập', 'absent value in words'),
        ('*', 'm[aã][ _-]?[dđ][oơ]n[ _-]?h[aà]ng|eitiedossa|puuttuu|δενυπάρχει|איןמידע|示例', 'absent value in words'),
        ('email', '(walk[._-]?in|khach[._-]?(le|vang[._-]?lai)|guest|customer|kunde)[0-9]*@.*|.*@(.*[.])?local', 'address of whoever came to the till'),
        ('email', '(no|nil|nul|nan|undefined|nobody|noone|nothing|empty|blank|missing|void|false|true|n[./]a|notset|not[._-]?(set|given|provided|available|applicable|known)|have[._-]?no[._-]?(e-?)?mail)@.*', 'absent address in words'),
        ('email', 'no[._-]?(e-?mail|mail|email[._-]?address|address|contact|data|one|tiene|aplica|correo|hay)[12]?@.*', 'absent address in words'),
        ('email', '(kh?ong|ko|k|chua)[._-]?co([._-]?(e-?)?mail)?[12]?@.*|khong@.*|ko@.*', 'absent address in Vietnamese'),
        ('email', '(sin|sem|sans|ohne|keine?|geen|pas[._-]?de|bez|senza|ingen|utan|tanpa)[._-]?(e-?mail|mail|correo|courriel|poczty)@.*', 'absent address in other languages'),
        ('email', '(ninguno|aucun|nessuno|nenhum|naotem|brak|saknas|yok|tidak[._-]?ada|ohne|keine|geen|nema|neni|unbekannt|inconnu|desconocido|desconhecido)@.*', 'absent address in other languages'),
        ('email', '(fake|dummy|sample|placeholder|invalid|temp|asdf|asdfg?h?|asd|qwer|qwerty?|abc|abcd?123|xyz|foo|foobar|aaa|aaaa|xxx|xxxx|zzz|[0123456789]|1234?5?6?)@.*', 'address typed to fill a field'),
        ('email', '(a@a|b@b|x@x|z@z|e@e|q@q|aa@aa|xx@xx|mail@mail|email@email|user@user|me@me|name@name|you@you)[.](com|net|org|vn|de|co|fr|es|it|ru)|your[._-]?(e-?mail|name|address)@.*', 'address typed to fill a field'),
        ('email', '(user|name|e-?mail|mail|info|you|me|example|someone|somebody|customer|client|john|jane|(john|jane)[._-]?doe|[a-z])@example([.](com|net|org|edu))?', 'address of documentation'),
        ('email', '.*@localdomain|.*@(test|tests|invalid|none|noemail|nomail|noreply|fake|null|undefined|domain|yourdomain|mydomain|yourcompany)[.](com|net|org|vn|com[.]vn)', 'domain of tests'),
        ('phone', '\+?(\d{0,4})?0{7,}', 'zeros instead of a number'),
        ('phone', '\+?\d{0,3}(1{7,}|2{7,}|3{7,}|4{7,}|5{7,}|6{7,}|7{7,}|8{7,}|9{7,})', 'one digit repeated'),
        ('phone', '\+?\d{0,3}(1234567890?|0?123456789|987654321|0987654321)', 'digits in counting order');
$$;

COMMENT ON FUNCTION c360._default_blocked_values() IS
    'Identifier values of a new tenant that link nobody, with the reason.';
