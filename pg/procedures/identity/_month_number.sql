-- The number of a month by its name, whole or short, alone or in a date (genitive), in small letters without accents: English,
-- German, French, Spanish, Italian, Portuguese, Dutch, Russian, Polish, Ukrainian, Czech, Turkish and Indonesian. NULL for every
-- other word, and for names that are different months in two of these languages and their neighbours (srp). Pure.

CREATE OR REPLACE FUNCTION c360._month_number(p_name text)
    RETURNS integer
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_name = ANY ('{jan,january,januar,janner,janv,janvier,ene,enero,gen,gennaio,janeiro,januari,янв,январь,января,sty,styczen,stycznia,січ,січень,січня,led,leden,ledna,oca,ocak}') THEN 1
        WHEN p_name = ANY ('{feb,february,februar,feber,fev,fevr,fevrier,febrero,febbraio,fevereiro,februari,фев,февр,февраль,февраля,lut,luty,lutego,лют,лютии,лютого,uno,unor,unora,sub,subat,pebruari}') THEN 2
        WHEN p_name = ANY ('{mar,march,mrz,marz,maerz,mars,marzo,marco,mrt,maart,мар,март,марта,marzec,marca,бер,березень,березня,bre,brez,brezen,brezna,mart,maret}') THEN 3
        WHEN p_name = ANY ('{apr,april,avr,avril,abr,abril,aprile,апр,апрель,апреля,kwi,kwie,kwiecien,kwietnia,квіт,квітень,квітня,dub,duben,dubna,nis,nisan}') THEN 4
        WHEN p_name = ANY ('{may,mai,mayo,mag,maggio,maio,mei,маи,мая,maj,maja,трав,травень,травня,kve,kveten,kvetna,mayis}') THEN 5
        WHEN p_name = ANY ('{jun,june,juni,juin,junio,giu,giugno,junho,июн,июнь,июня,cze,czerwiec,czerwca,черв,червень,червня,cvn,cerven,cervna,haz,haziran}') THEN 6
        WHEN p_name = ANY ('{jul,july,juli,juil,juillet,julio,lug,luglio,julho,июл,июль,июля,lip,lipiec,lipca,лип,липень,липня,cvc,cervenec,cervence,tem,temmuz}') THEN 7
        WHEN p_name = ANY ('{aug,august,aout,ago,agosto,augustus,авг,август,августа,sie,sierpien,sierpnia,серп,серпень,серпня,srpen,srpna,agu,agustos,ags,agt,agustus}') THEN 8
        WHEN p_name = ANY ('{sep,sept,september,septembre,septiembre,setiembre,set,settembre,setembro,сен,сент,сентябрь,сентября,wrz,wrzesien,wrzesnia,вер,верес,вересень,вересня,zar,zari,eyl,eylul}') THEN 9
        WHEN p_name = ANY ('{oct,october,okt,oktober,octobre,octubre,ott,ottobre,out,outubro,окт,октябрь,октября,paz,pazdz,pazdziernik,pazdziernika,жовт,жовтень,жовтня,rij,rijen,rijna,eki,ekim}') THEN 10
        WHEN p_name = ANY ('{nov,november,novembre,noviembre,novembro,ноя,нояб,ноябрь,ноября,lis,listopad,listopada,лист,листопад,листопада,listopadu,kas,kasim,nopember}') THEN 11
        WHEN p_name = ANY ('{dec,december,dez,dezember,decembre,dic,diciembre,dicembre,dezembro,дек,декабрь,декабря,gru,grudzien,grudnia,груд,грудень,грудня,pro,prosinec,prosince,ara,aralik,des,desember}') THEN 12
    END;
$$;

COMMENT ON FUNCTION c360._month_number(text) IS
    'The number of a month by its name without accents.';
