-- The number of a month by its name, whole or short, in small letters without accents: English, German, French, Spanish,
-- Italian, Portuguese and Dutch. NULL for every other word. Pure.

CREATE OR REPLACE FUNCTION c360._month_number(p_name text)
    RETURNS integer
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_name = ANY ('{jan,january,januar,janner,janv,janvier,ene,enero,gen,gennaio,janeiro,januari}') THEN 1
        WHEN p_name = ANY ('{feb,february,februar,feber,fev,fevr,fevrier,febrero,febbraio,fevereiro,februari}') THEN 2
        WHEN p_name = ANY ('{mar,march,mrz,marz,maerz,mars,marzo,marco,mrt,maart}') THEN 3
        WHEN p_name = ANY ('{apr,april,avr,avril,abr,abril,aprile}') THEN 4
        WHEN p_name = ANY ('{may,mai,mayo,mag,maggio,maio,mei}') THEN 5
        WHEN p_name = ANY ('{jun,june,juni,juin,junio,giu,giugno,junho}') THEN 6
        WHEN p_name = ANY ('{jul,july,juli,juil,juillet,julio,lug,luglio,julho}') THEN 7
        WHEN p_name = ANY ('{aug,august,aout,ago,agosto,augustus}') THEN 8
        WHEN p_name = ANY ('{sep,sept,september,septembre,septiembre,setiembre,set,settembre,setembro}') THEN 9
        WHEN p_name = ANY ('{oct,october,okt,oktober,octobre,octubre,ott,ottobre,out,outubro}') THEN 10
        WHEN p_name = ANY ('{nov,november,novembre,noviembre,novembro}') THEN 11
        WHEN p_name = ANY ('{dec,december,dez,dezember,decembre,dic,diciembre,dicembre,dezembro}') THEN 12
    END;
$$;

COMMENT ON FUNCTION c360._month_number(text) IS
    'The number of a month by its name without accents.';
