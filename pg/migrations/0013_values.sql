-- Why: what a value is compared as must not depend on the locale a database was made with, and values that are nobody's tie nobody.
-- Lock: ACCESS EXCLUSIVE on two small tables; milliseconds. Raises: U9008 letters_unknown

-- One collation folds letters of every script: PostgreSQL's own where it has one (17 and newer), else that of ICU or the system.
DO $$
DECLARE
    v_ways constant text[] := ARRAY[
        $way$(PROVIDER = builtin, LOCALE = 'C.UTF-8')$way$,
        $way$(PROVIDER = icu, LOCALE = 'und')$way$,
        $way$(PROVIDER = libc, LOCALE = 'C.UTF-8')$way$,
        $way$(PROVIDER = libc, LOCALE = 'C.utf8')$way$,
        $way$(PROVIDER = libc, LOCALE = 'en_US.UTF-8')$way$
    ];
    v_folds boolean;
BEGIN
    FOR i IN 1 .. cardinality(v_ways) LOOP
        BEGIN
            EXECUTE 'CREATE COLLATION c360.letters ' || v_ways[i];
            EXECUTE $try$SELECT lower(U&'\0416\0110' COLLATE c360.letters) = U&'\0436\0111' AND U&'\738B' COLLATE c360.letters ~ '[[:alnum:]]'$try$
            INTO v_folds;
            IF v_folds THEN
                EXECUTE $say$COMMENT ON COLLATION c360.letters IS
                    'Folds letters and tells letters from signs, whatever the locale of the database.'$say$;
                RETURN;
            END IF;
            DROP COLLATION c360.letters;
        EXCEPTION
            WHEN invalid_parameter_value OR invalid_object_definition OR feature_not_supported OR syntax_error OR wrong_object_type
                OR undefined_object OR undefined_file THEN
                NULL;
        END;
    END LOOP;

    RAISE EXCEPTION 'the server has no locale that knows letters of every script'
        USING ERRCODE = 'U9008',
              HINT = 'Install a PostgreSQL 17 or newer, one built with ICU, or the locale C.UTF-8 on the server.';
END;
$$;

-- The number of a document has spellings of its own. What a tenant changed stays.
ALTER TABLE c360.identifier_types
    DROP CONSTRAINT identifier_types_normaliser_check,
    ADD CONSTRAINT identifier_types_normaliser_check CHECK (normaliser IN ('id', 'document', 'email', 'phone'));

ALTER TABLE c360.profile_attributes
    DROP CONSTRAINT profile_attributes_normaliser_check,
    ADD CONSTRAINT profile_attributes_normaliser_check
        CHECK (normaliser IN ('text', 'name', 'email', 'phone', 'id', 'document', 'date', 'gender', 'country', 'none'));

COMMENT ON COLUMN c360.identifier_types.normaliser IS
    'How values are made comparable: id (as sent, without blanks), document (also without case and punctuation), email, phone (E.164 with the country of the record, else of the tenant).';

UPDATE c360.identifier_types
SET normaliser = 'document'
WHERE identifier_type = 'national_id'
  AND normaliser = 'id';

UPDATE c360.profile_attributes
SET normaliser = 'document'
WHERE attribute = 'national_ids'
  AND normaliser = 'id';

-- Na is a name, and na@shop.vn may be somebody's.
UPDATE c360.blocked_values
SET pattern = '(test|tester|testing|demo|null|none|unknown|anonymous|guest)@.*'
WHERE identifier_type = 'email'
  AND pattern = '(test|tester|testing|demo|null|none|na|unknown|anonymous|guest)@.*';

-- What new tenants block, as c360._default_blocked_values() has it; a tenant with little room left keeps its own list.
INSERT INTO c360.blocked_values (tenant, identifier_type, pattern, reason)
SELECT
    known.tenant,
    standard.identifier_type,
    standard.pattern,
    standard.reason
FROM c360.tenants AS known
CROSS JOIN (
    VALUES
        ('*', 'ffffffff-ffff-ffff-ffff-ffffffffffff|ffffffffffffffffffffffffffffffff', 'maximal UUID'),
        ('*', '11111111-1111-1111-1111-111111111111|12345678-1234-1234-1234-123456789(abc|012)|x{8}-x{4}-.*', 'UUID of documentation'),
        ('*', '9774d56d682e549c|012345678912345|004999010640000|0123456789abcdef', 'identifier that a whole series of devices has'),
        ('*', '9999999|99999999|999999999|9999999999|0?123456789|1234567890|0123456789|987654321|9876543210', 'digits that were typed to fill a field'),
        ('*', '.*[{}].*|.*\*[|].*|.*<%.*|<.*>|\[.*\]|%.*%|__[a-z_]+__|:[a-z_]+|\$[a-z_.:]+|%7b.*%7d', 'template or parameter that nobody filled in'),
        ('*', '#+|#(n/?a|n/?d|nv|ref|value|name|div/0|num|null|error|spill|calc|field|bezug|wert|zahl|leer|valeur|nom|nombre|valor)[!?]?', 'error of a spreadsheet'),
        ('*', 'empty|blank|missing|absent|nothing|nobody|noone|nul|nulo|nula|nan|inf|infinity|-inf|-infinity|na|nd|tbd|tba|tbc|todo|fixme|unset|unassigned|unavailable|unidentified', 'absent value in words'),
        ('*', '[(].*[)]|not[ _-]?(applicable|specified|known|defined|found|assigned|given|filled|entered|logged[ _-]?in)', 'absent value in words'),
        ('*', 'no[ _-]?(data|value|user|id|user[ _-]?id|name|one|email|mail|phone|number|customer|order|session|cookie|device|consent)', 'absent value in words'),
        ('*', '(null|nil|none|nan|undefined|unknown|guest|test|n/?a)([ _,;:/|.+@-]*(null|nil|none|nan|undefined|unknown|empty|anonymous|guest|user|test|n/a)|[ _,;:/|.+@-]+na){1,9}', 'absent values put together'),
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
        ('*', 'walk[ _-]?in([ _-]?(customer|guest|client))?|kh[aá]ch[ _-]?(l[eẻ]|v[aã]ng[ _-]?lai)|laufkunde|barverkauf|(anonymous|guest|default|system|cash|retail|unknown)[ _-]?(user|customer|client|account|buyer)', 'whoever came to the till'),
        ('*', 'system|admin|administrator|root|default|deleted|removed|redacted|invalid|pending|1111111111?|11111111', 'nobody in particular'),
        ('*', '(none|not|nothing)[ _-]?(provided|given|available|stated)|nada|não|không[ _-]?(có[ _-]?)?thông[ _-]?tin|chưa[ _-]?đăng[ _-]?nhập', 'absent value in words'),
        ('*', 'm[aã][ _-]?[dđ][oơ]n[ _-]?h[aà]ng|eitiedossa|puuttuu|δενυπάρχει|איןמידע|示例', 'absent value in words'),
        ('email', '(walk[._-]?in|khach[._-]?(le|vang[._-]?lai)|guest|customer|kunde)[0-9]*@.*|.*@(.*[.])?local', 'address of whoever came to the till'),
        ('email', '(nul|undefined|nobody|noone|nothing|empty|blank|missing|void|false|true|n[./]a|notset|not[._-]?(set|given|provided|available|applicable|known)|have[._-]?no[._-]?(e-?)?mail)@.*', 'absent address in words'),
        ('email', 'no[._-]?(e-?mail|mail|email[._-]?address|address|contact|data|one|tiene|aplica|correo|hay)[12]?@.*', 'absent address in words'),
        ('email', '(kh?ong|ko|k|chua)[._-]?co([._-]?(e-?)?mail)?[12]?@.*|khong@.*', 'absent address in Vietnamese'),
        ('email', '(sin|sem|sans|ohne|keine?|geen|pas[._-]?de|bez|senza|ingen|utan|tanpa)[._-]?(e-?mail|mail|correo|courriel|poczty)@.*', 'absent address in other languages'),
        ('email', '(ninguno|aucun|nessuno|nenhum|naotem|brak|saknas|yok|tidak[._-]?ada|ohne|keine|geen|nema|neni|unbekannt|inconnu|desconocido|desconhecido)@.*', 'absent address in other languages'),
        ('email', '(fake|dummy|sample|placeholder|invalid|temp|asdf|asdfg?h?|asd|qwer|qwerty?|abc|abcd?123|xyz|foo|foobar|aaa|aaaa|xxx|xxxx|zzz|[0123456789]|1234?5?6?)@.*', 'address typed to fill a field'),
        ('email', '(a@a|b@b|x@x|z@z|e@e|q@q|aa@aa|xx@xx|mail@mail|email@email|user@user|me@me|name@name|you@you)[.](com|net|org|vn|de|co|fr|es|it|ru)|your[._-]?(e-?mail|name|address)@.*', 'address typed to fill a field'),
        ('email', '(user|name|e-?mail|mail|info|you|me|example|someone|somebody|customer|client|john|jane|(john|jane)[._-]?doe|[a-z])@example([.](com|net|org|edu))?', 'address of documentation'),
        ('email', '.*@localdomain|.*@(test|tests|invalid|none|noemail|nomail|noreply|fake|null|undefined|domain|yourdomain|mydomain|yourcompany)[.](com|net|org|vn|com[.]vn)', 'domain of tests'),
        ('*', '=.*|&.*;|nbsp', 'formula or entity that nobody worked out'),
        ('*', '((your|my|the)[._-]?)?(user|customer|client|member|account|contact|order|external|device|session)?[._-]?(id|e?-?mail|phone|name|number|value)[._-]?here', 'name of the field'),
        ('*', '(replace|change|insert|fill)[._-]?(me|this|here|id)|placeholder|lorem([._-]?ipsum)?|(user|customer|client|member)?[._-]?u?id[=:]+', 'template or parameter that nobody filled in'),
        ('*', 'n[.]a[.]?|k[.]a|n[.]v[.]t[.]?|s/o|n\\a|null::.*|-1[.]0+|-9{2,}|x{2,}([._-]x{2,})+', 'absent value in words'),
        ('*', '2{8,}|3{8,}|4{8,}|5{8,}|7{8,}|asdf(gh?)?(jkl)?|qwerty(uiop)?|test[._-]?(user|customer|client|account|order)[._-]?[0-9]{0,3}', 'typed to fill a field'),
        ('*', 'invalid[ _-]?(date|id|user|value|number)|error|exception|function[(].*', 'error in place of a value'),
        ('*', '(sin|sem|sans|ohne|keine?|geen|senza|bez|ingen|tanpa)[._-]?(e-?mail|mail|correo|tel[eé]fono|telefon|phone|id|nom|nome|name|nombre)', 'absent value in other languages'),
        ('*', 'ohne|entf[aä]llt|ausente|n[aã]o[ _-]?(possui|h[aá])|sin[ _-]?dato|bilinmeyen|boş|belum[ _-]?ada|tidak[ _-]?tahu|ei[ _-]?ole|ikke[ _-]?oppgitt', 'absent value in other languages'),
        ('*', 'ko?[ _-]?có|н/д|н[.]д[.]?|匿名(用户|用戶)?|游客|訪客|访客|ゲスト|名無し|익명|비회원|손님|аноним|гость', 'absent value or nobody in particular, in other languages'),
        ('*', 'anonym|anonyme|an[oóô]nimo|misafir|kh[aá]ch', 'nobody in particular, in other languages'),
        ('*', '#[^#0-9]{2,24}[!?]|#(n/b|н/д|getting_data|n/v)|err:[0-9]{3}', 'error of a spreadsheet'),
        ('*', '[$][(].*[)]|%([0-9]+[$])?[a-z]|%[(].*[)][a-z]|@@[a-z_.]+|@(user|customer|client|member|account|e?-?mail|phone|id|uid|name|value|param)([_.]?(id|name|no|number|value))?', 'template or parameter that nobody filled in'),
        ('*', '[-_=*.~]+(none|null|nil|nan|n/?a|undefined|unknown|empty|not[ _-]?set)[-_=*.~]*', 'absent value in words'),
        ('*', '(user|usr|uid|customer|cust|client|member|account|order|visitor|id)[._:-]?(undefined|null|none|nan|nil|unknown)', 'absent values put together'),
        ('*', '(user|customer|client|member|account|contact|order|kunden|loyalty|national|passport|tax|crm|social)[._-]?(id|no|number|nr|num|code|card|nummer)[.:#*]*', 'name of the field'),
        ('*', 'client[._-]?reference[._-]?id|(numero|numéro|número|num|no|codigo|código|cod|code|ref)[._-]?(de[._-]?)?(client|cliente|utilisateur|usuario|socio|pedido|commande)', 'name of the field'),
        ('*', '(会员|會員|顾客|顧客|客户|客戶|用户|用戶|订单|訂單|注文|회원|고객|주문)(号|號|编号|編號|番号|コード|번호|id|아이디)|номер[._-]?(клиента|заказа)?', 'name of the field'),
        ('*', '9{7,}|3fa85f64-5717-4562-b3fc-2c963f66afa6|123e4567-e89b-12d3-a456-426614174000|550e8400-e29b-41d4-a716-446655440000', 'identifier of documentation or typed to fill a field'),
        ('email', '(no|not)[._-]?((e-?)?mail|phone|address)[._-]?(provided|given|available|address|known|set|supplied)?@.*|(no|none|na|n)@(e-?mail|mail|none|nomail|noemail)[.](com|net|org|vn)', 'absent address in words'),
        ('email', 'test[._-]?[0-9]{1,4}@.*|[.-]+@.*', 'test or placeholder address'),
        ('email', '(na|ko|no|nan|nil)@((google|hot|g|y|web|hush)?mail|outlook|live|msn|yahoo|icloud|aol|gmx|web|qq|163|126|naver|daum|yandex|proton|na|ko|no|nan|nil|none|null)[.].*', 'absent address in words at a mail provider'),
        ('email', '(no[._]reply|(do[._]not|donot)[._-]?reply|(ne|nicht|no)[._-]?(pas[._-]?repondre|antworten|responder|rispondere)|khong[._-]?tra[._-]?loi)@.*', 'mailbox that nobody reads')
) AS standard (identifier_type, pattern, reason)
WHERE (SELECT count(*) FROM c360.blocked_values AS own WHERE own.tenant = known.tenant) <= 900
ON CONFLICT (tenant, identifier_type, pattern) DO NOTHING;
