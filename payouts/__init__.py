"""What is owed and paid: ledger, earnings, wallet, payout runs and the Stripe gateway."""
