-- What the columns of an export of Stripe customers mean; see _import_preset_columns(). Nothing of a card is taken but the address, where the
-- customer has no other. Facts only.

CREATE OR REPLACE FUNCTION c360._preset_stripe()
    RETURNS TABLE (names text[], target text, otherwise text)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('{id,Customer ID}'::text[], 'id', NULL::text),
        ('{Email,Customer Email}', 'email', NULL),
        ('{Name,Customer Name}', 'full_name', NULL),
        ('{Phone,Customer Phone}', 'phone_number', NULL),
        ('{Description,Customer Description}', 'traits.stripe.description', NULL),
        ('{Address Line1,Customer Address Line1,Billing Address Line1}', 'address_line1', NULL),
        ('{Address Line2,Customer Address Line2,Billing Address Line2}', 'address_line2', NULL),
        ('{Address City,Customer Address City,Billing Address City}', 'city', NULL),
        ('{Address State,Customer Address State,Billing Address State}', 'state', NULL),
        ('{Address Postal Code,Address Zip,Customer Address Zip,Billing Address Postal Code}', 'zip_code', NULL),
        ('{Address Country,Customer Address Country,Billing Address Country}', 'country', NULL),
        ('{Card Address Line1}', 'address_line1', 'traits.stripe.card_address.line1'),
        ('{Card Address Line2}', 'address_line2', 'traits.stripe.card_address.line2'),
        ('{Card Address City}', 'city', 'traits.stripe.card_address.city'),
        ('{Card Address State}', 'state', 'traits.stripe.card_address.state'),
        ('{Card Address Zip,Card Address Postal Code}', 'zip_code', 'traits.stripe.card_address.zip'),
        ('{Card Address Country}', 'country', 'traits.stripe.card_address.country'),
        ('{Shipping Name}', 'traits.stripe.shipping.name', NULL),
        ('{Shipping Phone}', 'traits.stripe.shipping.phone', NULL),
        ('{Shipping Address Line1}', 'traits.stripe.shipping.line1', NULL),
        ('{Shipping Address Line2}', 'traits.stripe.shipping.line2', NULL),
        ('{Shipping Address City}', 'traits.stripe.shipping.city', NULL),
        ('{Shipping Address State}', 'traits.stripe.shipping.state', NULL),
        ('{Shipping Address Postal Code,Shipping Address Zip}', 'traits.stripe.shipping.postal_code', NULL),
        ('{Shipping Address Country}', 'traits.stripe.shipping.country', NULL),
        ('{Preferred Locales,Preferred Locale,Language}', 'preferred_language', NULL),
        ('{Currency}', 'preferred_currency', NULL),
        ('{Created (UTC),Created,Created at}', 'traits.stripe.created_at', NULL),
        ('{Updated (UTC),Updated}', 'observed_at', NULL),
        ('{Total Spend}', 'traits.stripe.total_spend', NULL),
        ('{Payment Count}', 'traits.stripe.payment_count', NULL),
        ('{Average Order}', 'traits.stripe.average_order', NULL),
        ('{Refunded Volume}', 'traits.stripe.refunded_volume', NULL),
        ('{Dispute Losses}', 'traits.stripe.dispute_losses', NULL),
        ('{First Payment,First Payment (UTC)}', 'traits.stripe.first_payment_at', NULL),
        ('{Most Recent Payment,Most Recent Payment (UTC),Last Payment (UTC)}', 'traits.stripe.last_payment_at', NULL),
        ('{Account Balance,Balance}', 'traits.stripe.balance', NULL),
        ('{Delinquent}', 'traits.stripe.is_delinquent', NULL),
        ('{Plan}', 'traits.stripe.plan', NULL),
        ('{Status}', 'traits.stripe.status', NULL),
        ('{Cancel At Period End}', 'traits.stripe.cancels_at_period_end', NULL),
        ('{Business Vat ID,Tax ID,Tax IDs}', 'traits.stripe.vat_id', NULL),
        ('{Tax Exempt}', 'traits.stripe.tax_exempt', NULL),
        ('{Tags}', 'persona_tags[]', NULL),
        (ARRAY['~^(.+) \(metadata\)$'], 'traits.stripe.metadata.\1', NULL),
        ('{Card ID,Card Number,Card Last4,Card Last 4,Card Brand,Card Type,Card Funding,Card Exp Month,Card Exp Year,Card Fingerprint}', 'secret', NULL),
        ('{Card CVC Status,Card AVS Zip Status,Card AVS Line1 Status,Card Tokenization Method,Default Card,Default Source,Default Payment Method}', 'secret', NULL),
        ('{Card Name,Card Country,Card Issue Country,Mode,Livemode,Invoice Prefix,Sources}', 'not_taken', NULL);
$$;

COMMENT ON FUNCTION c360._preset_stripe() IS
    'Columns of an export of Stripe customers and what they mean.';
