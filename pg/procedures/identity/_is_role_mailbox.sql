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
            'abuse', 'account', 'accounting', 'accounts', 'accounts.payable', 'accounts.receivable', 'accountspayable',
            'accountsreceivable', 'accueil', 'achat', 'achats', 'acquisti', 'admin', 'administracion', 'administratie', 'administratif',
            'administration', 'administrator', 'admins', 'alert', 'alerts', 'all', 'almacen', 'amministrazione', 'anfrage', 'anfragen',
            'assistenza', 'atencion', 'atencionalcliente', 'atencionclientes', 'atendimento', 'banhang', 'baohanh', 'bestelling',
            'bestellung', 'bestellungen', 'bewerbung', 'bewerbungen', 'bilgi', 'billing', 'biuro', 'boekhouding', 'bonjour', 'booking',
            'bookings', 'bounce', 'boutique', 'buchhaltung', 'buchung', 'buchungen', 'buero', 'buh', 'buhgalter', 'buhgalteria', 'buro',
            'care', 'career', 'careers', 'ceo', 'cham.soc.khach.hang', 'chamsoc', 'chamsockhachhang', 'chumon', 'client', 'cliente',
            'clientes', 'clients', 'club', 'cobranca', 'cobranzas', 'cobros', 'comercial', 'commande', 'commandes', 'commercial',
            'commerciale', 'company', 'complaints', 'compliance', 'compras', 'compta', 'comptabilite', 'comptable', 'congty',
            'consultas', 'contabilidad', 'contabilita', 'contact', 'contacto', 'contactos', 'contacts', 'contactus', 'contato', 'cskh',
            'cty', 'cuahang', 'customer', 'customer-care', 'customer-service', 'customer-support', 'customer.care', 'customer.service',
            'customer.support', 'customercare', 'customers', 'customerservice', 'customersupport', 'daemon', 'datenschutz', 'dathang',
            'delivery', 'destek', 'dev', 'dichvu', 'dichvukhachhang', 'direction', 'director', 'direzione', 'dispatch',
            'donhang', 'ecommerce', 'eigyo', 'einkauf', 'email', 'empfang', 'empleo', 'enquire', 'enquiries', 'enquiry', 'events',
            'everyone', 'export', 'facturacion', 'facturas', 'facturation', 'facture', 'factures', 'faleconosco', 'fatture', 'feedback',
            'filiale', 'finance', 'financeiro', 'financial', 'front.desk', 'frontdesk', 'general', 'geral', 'gerencia',
            'geschaeftsfuehrung', 'giamdoc', 'giaohang', 'gopy', 'hallo', 'hanbai', 'hanhchinh', 'hanhchinhnhansu', 'hello', 'help',
            'helpdesk', 'hoadon', 'hola', 'honsha', 'honten', 'hostmaster', 'hotel', 'hotro', 'hr', 'human.resources', 'humanresources',
            'iletisim', 'import', 'info', 'informatie', 'information', 'infos', 'inkoop', 'inquiries', 'inquiry', 'insankaynaklari',
            'invoice', 'invoices', 'it', 'jimu', 'jimukyoku', 'jinji', 'job', 'jobs', 'juchu', 'kanzlei', 'keiri', 'ketoan',
            'keuangan', 'khachhang', 'khachsan', 'khieunai', 'kinh.doanh', 'kinhdoanh', 'klantenservice', 'kontakt', 'kontakte',
            'kouhou', 'ksiegowosc', 'kundenbetreuung', 'kundendienst', 'kundenservice', 'kythuat', 'lager', 'layanan', 'legal',
            'lienhe', 'livraison', 'logistica', 'logistics', 'loja', 'magasin', 'mail', 'mailer', 'mailer-daemon', 'mailerdaemon',
            'mairie', 'management', 'manager', 'marketing', 'media', 'members', 'membership', 'mkt', 'muahang', 'muhasebe', 'news',
            'newsletter', 'nfe', 'nhahang', 'nhansu', 'noc', 'notification', 'notifications', 'obchod', 'office', 'offices', 'oficina',
            'online', 'operations', 'ops', 'order', 'orders', 'ordini', 'otoiawase', 'owner', 'owners', 'partner', 'partners',
            'payment', 'payments', 'payroll', 'pedido', 'pedidos', 'pemasaran', 'penjualan', 'personal', 'personalabteilung',
            'phongketoan', 'phongkinhdoanh', 'phongnhansu', 'podpora', 'post', 'postfach', 'postmaster', 'pr', 'praxis', 'prenotazioni',
            'prensa', 'press', 'presse', 'priemnaya', 'procurement', 'prodazhi', 'purchase', 'purchases', 'purchasing', 'recepcao',
            'recepcion', 'recepcja', 'receptie', 'reception', 'rechnung', 'rechnungen', 'recruiting', 'recruitment', 'recrutement',
            'recursoshumanos', 'refund', 'refunds', 'rekrutacja', 'reservas', 'reservation', 'reservations', 'reservierung',
            'reservierungen', 'restaurant', 'retail', 'returns', 'rezeption', 'rh', 'root', 'rrhh', 'sac', 'saiyo', 'saiyou', 'sale',
            'sales', 'satis', 'sav', 'school', 'secretaria', 'secretariat', 'secretary', 'security', 'segreteria', 'sekretariat',
            'server', 'service', 'service-client', 'service.client', 'serviceclient', 'services', 'servicioalcliente', 'serwis',
            'shipping', 'shop', 'siparis', 'sklad', 'soporte', 'soumu', 'sprzedaz', 'staff', 'store', 'subscribe', 'suporte', 'support',
            'sysadmin', 'system', 'team', 'tech', 'tech.support', 'technical', 'technicalsupport', 'techsupport', 'tenpo', 'tesoreria',
            'thongtin', 'tienda', 'toiawase', 'tongdai', 'treasury', 'truyenthong', 'tuvan', 'tuyendung', 'ufficio', 'ufficiostampa',
            'uketsuke', 'unsubscribe', 'vanphong', 'vendas', 'vendite', 'vendor', 'vendors', 'venta', 'ventas', 'vente', 'ventes',
            'verkauf', 'verkoop', 'versand', 'vertrieb', 'verwaltung', 'warehouse', 'web', 'webmaster', 'website', 'werkstatt',
            'wholesale', 'xnk', 'xuatnhapkhau', 'yoyaku', 'zakaz', 'zakazy', 'zamowienia', 'zentrale'
        )
        OR split_part(p_email, '@', 1) = split_part(split_part(p_email, '@', 2), '.', 1)
$$;

COMMENT ON FUNCTION c360._is_role_mailbox(text) IS
    'Whether an e-mail address belongs to a function, such as info@ or sales@, and not to a person.';
