-- Whether an e-mail address in its normalised form is that of a function and not of a person: info@, sales@, ketoan2@, or one named
-- like its domain. Several people read it and give it as theirs. Raises nothing.
-- In SQL and not STRICT, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._is_role_mailbox(p_email text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT rtrim(split_part(split_part(p_email, '@', 1), '+', 1), '0123456789._-') IN (
            'abuse', 'account', 'accounting', 'accounts', 'accountspayable', 'accueil', 'acquisti', 'admin', 'administracion',
            'administration', 'administrator', 'admins', 'alert', 'alerts', 'all', 'amministrazione', 'atencion', 'atencionalcliente',
            'atendimento', 'banhang', 'bestellung', 'bestellungen', 'billing', 'biuro', 'bonjour', 'booking', 'bookings', 'bounce',
            'boutique', 'buchhaltung', 'buero', 'buh', 'buhgalteria', 'buro', 'care', 'career', 'careers', 'ceo', 'chamsockhachhang',
            'client', 'clients', 'club', 'comercial', 'commercial', 'company', 'compliance', 'compras', 'compta', 'comptabilite',
            'congty', 'contabilidad', 'contact', 'contacto', 'contacts', 'contactus', 'contato', 'cskh', 'cty', 'customer',
            'customercare', 'customers', 'customerservice', 'customersupport', 'daemon', 'dathang', 'dev', 'direction', 'director',
            'ecommerce', 'einkauf', 'email', 'empfang', 'enquiries', 'enquiry', 'everyone', 'export', 'facturacion', 'facture',
            'factures', 'feedback', 'finance', 'financeiro', 'financial', 'frontdesk', 'general', 'hallo', 'hanhchinh', 'hello', 'help',
            'helpdesk', 'hola', 'hostmaster', 'hotel', 'hotro', 'hr', 'import', 'info', 'information', 'infos', 'inquiries', 'inquiry',
            'invoice', 'invoices', 'it', 'job', 'jobs', 'ketoan', 'kinhdoanh', 'kontakt', 'kontakte', 'legal', 'lienhe', 'logistics',
            'mail', 'mailer', 'management', 'manager', 'marketing', 'media', 'mkt', 'news', 'newsletter', 'nhansu', 'noc',
            'notification', 'notifications', 'obchod', 'office', 'offices', 'online', 'order', 'orders', 'ordini', 'owner', 'owners',
            'personal', 'podpora', 'post', 'postmaster', 'press', 'presse', 'procurement', 'purchase', 'purchases', 'purchasing',
            'reception', 'rechnung', 'rechnungen', 'recruiting', 'recruitment', 'reservas', 'reservation', 'reservations', 'restaurant',
            'rezeption', 'root', 'sale', 'sales', 'school', 'secretariat', 'secretary', 'security', 'segreteria', 'sekretariat',
            'server', 'service', 'services', 'shop', 'soporte', 'sprzedaz', 'staff', 'store', 'subscribe', 'suporte', 'support',
            'sysadmin', 'system', 'team', 'tech', 'technical', 'treasury', 'tuyendung', 'unsubscribe', 'vanphong', 'vendas', 'vendite',
            'venta', 'ventas', 'vente', 'ventes', 'verkauf', 'vertrieb', 'verwaltung', 'warehouse', 'web', 'webmaster', 'website',
            'zakaz', 'zakazy', 'zamowienia', 'zentrale'
        )
        OR split_part(p_email, '@', 1) = split_part(split_part(p_email, '@', 2), '.', 1)
$$;

COMMENT ON FUNCTION c360._is_role_mailbox(text) IS
    'Whether an e-mail address belongs to a function, such as info@ or sales@, and not to a person.';
