"""WooCommerce, REST API v3: orders and refunds as invoices and credit notes, and what the bank says of them told to the shop."""
