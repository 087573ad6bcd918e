"""WHMCS, API of ``includes/api.php``: invoices of a hosting portal with their clients and mandates, and what the bank paid told to the portal."""
