-- The currencies a sign, code or word beside an amount may stand for, the likeliest first; none for what is not understood.
-- Codes are those of ISO 4217. Pure.

CREATE OR REPLACE FUNCTION c360._currencies_of(p_word text)
    RETURNS text[]
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN said.word = '$' THEN '{USD,AUD,CAD,NZD,SGD,HKD,TWD,MXN,ARS,CLP,COP,UYU,BND,FJD,JMD,TTD}'::text[]
        WHEN said.word IN ('us$', '$us') THEN '{USD}'
        WHEN said.word IN ('€', 'euro', 'euros') THEN '{EUR}'
        WHEN said.word = '£' THEN '{GBP}'
        WHEN said.word = '¥' THEN '{JPY,CNY}'
        WHEN said.word IN ('円', 'jp¥') THEN '{JPY}'
        WHEN said.word = '元' THEN '{CNY,TWD}'
        WHEN said.word IN ('rmb', 'cn¥') THEN '{CNY}'
        WHEN said.word IN ('₫', 'đ', 'Đ', 'vnđ', 'vnĐ', 'đồng', 'Đồng', 'dong') THEN '{VND}'
        WHEN said.word IN ('₩', '원') THEN '{KRW}'
        WHEN said.word IN ('₹', '₨', 'rs', 'rs.') THEN CASE said.word WHEN '₹' THEN '{INR}' ELSE '{INR,PKR,LKR,NPR,MUR}' END::text[]
        WHEN said.word IN ('฿', 'บาท') THEN '{THB}'
        WHEN said.word = '₱' THEN '{PHP}'
        WHEN said.word IN ('₽', 'руб', 'руб.', 'рублей') THEN '{RUB}'
        WHEN said.word IN ('₺', 'tl') THEN '{TRY}'
        WHEN said.word = '₪' THEN '{ILS}'
        WHEN said.word IN ('₴', 'грн', 'грн.') THEN '{UAH}'
        WHEN said.word = '₦' THEN '{NGN}'
        WHEN said.word IN ('zł', 'zl') THEN '{PLN}'
        WHEN said.word IN ('kč', 'Kč') THEN '{CZK}'
        WHEN said.word IN ('kr', 'kr.') THEN '{SEK,NOK,DKK,ISK}'
        WHEN said.word IN ('rp', 'rp.') THEN '{IDR}'
        WHEN said.word = 'rm' THEN '{MYR}'
        WHEN said.word = 'r$' THEN '{BRL}'
        WHEN said.word = 's$' THEN '{SGD}'
        WHEN said.word = 'hk$' THEN '{HKD}'
        WHEN said.word = 'nt$' THEN '{TWD}'
        WHEN said.word IN ('a$', 'au$') THEN '{AUD}'
        WHEN said.word IN ('c$', 'ca$') THEN '{CAD}'
        WHEN said.word = 'nz$' THEN '{NZD}'
        WHEN said.word = 'mx$' THEN '{MXN}'
        WHEN said.word IN ('fr.', 'sfr', 'sfr.') THEN '{CHF}'
        WHEN said.word = 'ft' THEN '{HUF}'
        WHEN said.word = 'lei' THEN '{RON,MDL}'
        WHEN said.word = 'ksh' THEN '{KES}'
        WHEN said.word IN ('s/', 's/.') THEN '{PEN}'
        WHEN said.word = '₸' THEN '{KZT}'
        WHEN said.word = '₮' THEN '{MNT}'
        WHEN said.word = '៛' THEN '{KHR}'
        WHEN said.word = '₭' THEN '{LAK}'
        WHEN said.word = '₡' THEN '{CRC}'
        WHEN said.word = '৳' THEN '{BDT}'
        WHEN said.word IN ('₵', 'gh₵') THEN '{GHS}'
        WHEN said.word ~ '^[a-z]{3}$' AND strpos(
            ' aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd btn bwp byn bzd cad cdf chf clf clp cny '
            'cop crc cup cve czk djf dkk dop dzd egp ern etb eur fjd fkp gbp gel ghs gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr iqd '
            'irr isk jmd jod jpy kes kgs khr kmf kpw krw kwd kyd kzt lak lbp lkr lrd lsl lyd mad mdl mga mkd mmk mnt mop mru mur mvr mwk '
            'mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sdg sek sgd shp sle sos '
            'srd ssp stn svc syp szl thb tjs tmt tnd top try ttd twd tzs uah ugx usd uyi uyu uyw uzs ved ves vnd vuv wst xaf xcd xof xpf '
            'yer zar zmw zwg ',
            ' ' || said.word || ' '
        ) > 0 THEN ARRAY[upper(said.word COLLATE "C")]
        ELSE '{}'
    END
    FROM (SELECT lower(p_word COLLATE "C") AS word) AS said;
$$;

COMMENT ON FUNCTION c360._currencies_of(text) IS
    'The currencies that a sign, code or word may stand for.';
