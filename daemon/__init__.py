"""When and in what order: command line, schedule, one cycle per tenant, outbox sender, reports."""
