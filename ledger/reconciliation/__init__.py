"""Does the ledger agree with the payouts and with the chain, now or at the end of a past day?"""
