// Written by `make api` from the server's description of its API (`manage.py spectacular`). Don't edit.
export interface paths {
    "/api/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What you have: credits, earnings, escrow, payouts on their way, and your workers' trust.
         * @description Tell.
         */
        get: operations["account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete your conversations, API keys, workers, payout wallets and sessions.
         * @description Needs a session: an API key is refused. Your balance, and the books behind it, stay with your wallet: sign in again and it is there. A 409 (`payout_under_way`) while a payout is on its way.
         */
        delete: operations["account_delete_data"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/account/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that is held of you, as a file.
         * @description Needs a session: an API key is refused. Amounts in µUSDC.
         */
        get: operations["account_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign out.
         * @description End the session, whoever's it is.
         */
        post: operations["auth_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/nonce": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A nonce to sign in with, once, within five minutes, in this session.
         * @description Make a nonce.
         */
        post: operations["auth_nonce"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with a signed EIP-4361 message.
         * @description The CSRF token changes with the sign-in: read the csrftoken cookie again afterwards. What was written as a guest in this session becomes the person's.
         */
        post: operations["auth_verify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/branch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show another branch: the path through this message, to the newest end after it.
         * @description Show it.
         */
        post: operations["chat_branch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your conversations: the pinned first, then the last changed; or those with words you search.
         * @description One page.
         */
        get: operations["conversations_list"];
        put?: never;
        post?: never;
        /**
         * Delete all your conversations.
         * @description Delete all.
         */
        delete: operations["conversations_delete_all"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/conversations/{conversation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A conversation with its messages.
         * @description Read it.
         */
        get: operations["conversations_read"];
        put?: never;
        post?: never;
        /**
         * Delete a conversation. An answer that is being written in it is stopped.
         * @description Delete it.
         */
        delete: operations["conversations_delete"];
        options?: never;
        head?: never;
        /**
         * Give a conversation another title, pin or unpin it.
         * @description Change it.
         */
        patch: operations["conversations_change"];
        trace?: never;
    };
    "/api/chat/conversations/{conversation_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A conversation as a file, of the same shape as that of everything.
         * @description Export.
         */
        get: operations["conversations_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that you have here, as a file.
         * @description Export.
         */
        get: operations["history_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/rate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that an answer is good or bad, or take that back. Kept without the text, and not by whom.
         * @description Rate.
         */
        post: operations["chat_rate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/receipt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What an answer was made with and what it cost; null until it has ended with any text.
         * @description Tell whoever sent it.
         */
        get: operations["chat_receipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have an answer that has ended written anew: as another version of it, or in its place where it has no text. It costs what a message costs.
         * @description Try again.
         */
        post: operations["chat_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a message. Its answer is at /api/chat/stream?jobId=…
         * @description Send.
         */
        post: operations["chat_send"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop an answer. The text so far is kept; an answer that has ended stays as it is.
         * @description Stop.
         */
        post: operations["chat_stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The answer of a job, as it is written. */
        get: operations["chat_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/credits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The whole credits that you can spend.
         * @description Tell.
         */
        get: operations["credits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/credits/buy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The transaction that buys credits, for your wallet to sign and send.
         * @description Build it. Nothing is bought before the USDC has arrived.
         */
        post: operations["credits_buy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deposits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your last 50 deposits, and how far each has come.
         * @description Tell. Where there is no chain there are none.
         */
        get: operations["deposits"];
        put?: never;
        /**
         * Say which transaction you have sent, so that it is shown on its way.
         * @description Follow it. What is credited is what the chain says, with or without this.
         */
        post: operations["deposit_announce"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/faucet": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether there is test money here, and how much is given at once.
         * @description Tell.
         */
        get: operations["faucet"];
        put?: never;
        /**
         * Send test USDC, $ASHAO and ether to your wallet: on the dev chain, once a minute.
         * @description Give.
         */
        post: operations["faucet_give"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your API keys.
         * @description List the live keys, newest first.
         */
        get: operations["keys_list"];
        put?: never;
        /**
         * Make an API key. It is shown this once.
         * @description Needs a session: a key cannot make further keys. Without `scopes` the key has all of them.
         */
        post: operations["keys_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End an API key at once.
         * @description Needs a session: a key cannot end keys.
         */
        delete: operations["keys_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who you are, and what you have left. Sets the csrftoken cookie.
         * @description Tell. A visitor gets no session from asking.
         */
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/network": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Workers live, jobs waiting, the usual wait and the cloud by tier, jobs and tokens of the last minute.
         * @description Tell.
         */
        get: operations["network"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What you have earned, and the last of your payouts.
         * @description List.
         */
        get: operations["payouts_list"];
        put?: never;
        /**
         * Ask for a payment of what you have earned.
         * @description Needs a session: a key cannot move money.
         */
        post: operations["payouts_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payouts/wallets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let another wallet receive your payouts: it signs that it does, and your own that it agrees.
         * @description Two EIP-4361 messages, each with a nonce of /api/auth/nonce: one of that wallet, whose statement is “Receive the payouts of ashao account usr_….” with your id, and one of your own (ownMessage, ownSignature), “Let 0x… receive the payouts of ashao account usr_….”. It can be paid a day later; until then, and afterwards, DELETE takes it away.
         */
        post: operations["payout_wallets_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payouts/wallets/{wallet}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Let a wallet receive no further payouts.
         * @description Remove.
         */
        delete: operations["payout_wallets_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where you are signed in: the last 100 that were used.
         * @description Needs a session: an API key is refused.
         */
        get: operations["sessions_list"];
        put?: never;
        post?: never;
        /**
         * Sign out everywhere else, at once.
         * @description Needs a session: an API key is refused.
         */
        delete: operations["sessions_delete_others"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Sign out there, at once. Of the session that asks it is signing out.
         * @description Needs a session: an API key is refused.
         */
        delete: operations["sessions_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/staking": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stakes, the pool that stakers share, epochs; signed in, also what is yours.
         * @description Tell. Without the chain, what was last read of it.
         */
        get: operations["staking"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/staking/stake": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The transactions that stake $ASHAO, for your wallet to sign and send.
         * @description Build them.
         */
        post: operations["staking_stake"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/staking/unstake": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The transaction that takes $ASHAO out again, for your wallet to sign and send.
         * @description Build it.
         */
        post: operations["staking_unstake"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every amount in and out, the newest first.
         * @description Tell.
         */
        get: operations["statement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/statement.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The whole statement as a file, the oldest first.
         * @description Write it, page by page.
         */
        get: operations["statement_csv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/treasury": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Revenue, its split, pools, payouts, burns and stakes, over time. At most 10 s old.
         * @description Tell everybody.
         */
        get: operations["treasury"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/welcome": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What signing in would bring, and what there is without.
         * @description Tell. A visitor gets no session from asking.
         */
        get: operations["welcome"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/worker/{worker_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a worker: its token is refused, what it holds is handed on.
         * @description Remove one of one's own workers.
         */
        delete: operations["worker_remove"];
        options?: never;
        head?: never;
        /**
         * Call a worker otherwise; have it take no more jobs (what it holds it finishes), or take jobs again.
         * @description Rename, pause or resume one of one's own workers.
         */
        patch: operations["worker_change"];
        trace?: never;
    };
    "/api/worker/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Wait for a job and claim it (long poll). */
        post: operations["worker_claim"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/worker/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the answer and be paid. Repeating it returns the same. */
        post: operations["worker_complete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/worker/fail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give the job up: it goes to the next producer. */
        post: operations["worker_fail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/worker/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A sign of life; renews the leases of the jobs that are held. */
        post: operations["worker_heartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/worker/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a worker; its token is shown this once.
         * @description Make a worker of whoever is signed in.
         */
        post: operations["worker_register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/worker/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Goodbye: what is held is handed on at once. */
        post: operations["worker_release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/worker/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your workers: jobs, speed, earnings, status; the last hour and the last jobs.
         * @description The figures of whoever is signed in.
         */
        get: operations["worker_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/worker/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add one numbered chunk of the answer, or of the reasoning before it; renews the lease. */
        post: operations["worker_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What a person has. */
        Account: {
            /** @description Paid in, not spent, not held. */
            bought: number;
            /** @description The whole credits that can be spent. */
            credits: number;
            /** @description Earned, and not yet asked to be paid out. */
            earnings: number;
            /** @description Earned from free credits, until staff release it. */
            escrow: number;
            /** @description Given for free, not spent, not held. */
            granted: number;
            /** @description Set aside for messages that are being answered. */
            held: number;
            /** @description Asked to be paid out, and not yet final. */
            pendingPayouts: number;
            trust: components["schemas"]["Trust"];
            wallet: string;
        };
        /** @description All that is held of a person. Every list begins with the oldest, the conversations with the newest. */
        AccountExport: {
            announcedDeposits: components["schemas"]["AnnouncedDeposit"][];
            conversations: components["schemas"]["Conversation"][];
            deposits: components["schemas"]["ExportedDeposit"][];
            /** Format: date-time */
            exportedAt: string;
            keys: components["schemas"]["ExportedKey"][];
            payouts: components["schemas"]["ExportedPayout"][];
            payoutWallets: components["schemas"]["ExportedPayoutWallet"][];
            person: components["schemas"]["ExportedPerson"];
            sessions: components["schemas"]["ExportedSession"][];
            statement: components["schemas"]["StatementRow"][];
            workers: components["schemas"]["ExportedWorker"][];
        };
        /** @description The body of `stake` and `unstake`. */
        AmountRequest: {
            amount: string | number;
        };
        /** @description A transaction that the person said they had sent. */
        AnnouncedDeposit: {
            amount: number;
            /** Format: date-time */
            sentAt: string;
            txHash: string;
        };
        /** @description The body of a deposit that was sent. */
        AnnounceRequest: {
            /** Format: int64 */
            amount: number;
            txHash: string;
        };
        /** @description A key, without its secret. */
        ApiKey: {
            /** Format: date-time */
            createdAt: string;
            /** @description The key's last four characters. */
            readonly hint: string;
            id: string;
            /** Format: date-time */
            lastUsedAt: string | null;
            name: string;
            scopes: ("worker" | "chat" | "read")[];
        };
        /** @description What the wallet has to send, and the USDC that it has. */
        Bought: {
            /** @description null where the chain does not answer. */
            balance: number | null;
            transactions: components["schemas"]["WalletTransaction"][];
        };
        /** @description The message that the shown path is to run through. */
        BranchRequest: {
            messageId: string;
        };
        /** @description A transaction that burned $ASHAO. */
        Burn: {
            /** Format: date-time */
            at: string;
            /** Format: wei */
            burned: bigint;
            txHash: string;
            /** @description In an explorer of the chain. */
            url: string | null;
            /** @description What the treasury paid for them, if it did. */
            usdc: number | null;
        };
        /** @description The body of `credits/buy`. */
        BuyRequest: {
            amount: number;
        };
        /** @description How far the chain has been read. */
        ChainState: {
            /** @description Of that block. */
            age_s: number | null;
            block: number | null;
            ok: boolean;
            problem: string | null;
        };
        /** @description A worker: what it is called, and whether it takes no more jobs. */
        Changed: {
            id: string;
            name: string;
            paused: boolean;
        };
        ClaimAnswer: components["schemas"]["Claimed"] | components["schemas"]["NoJob"];
        /**
         * ClaimBody
         * @description Ask for a job: of one `tier`, or of the first of `tiers` that has one.
         */
        ClaimBody: {
            /**
             * Tier
             * @default null
             */
            tier?: ("pro" | "max") | null;
            /**
             * Tiers
             * @default null
             */
            tiers?: ("pro" | "max")[] | null;
            /**
             * Waitms
             * @default 4000
             */
            waitMs?: number;
            /**
             * Workerid
             * @default null
             */
            workerId?: string | null;
        };
        /** @description A job, for as long as its lease runs. */
        Claimed: {
            job: components["schemas"]["ClaimedJob"];
            lease: components["schemas"]["Lease"];
            messages: components["schemas"]["PromptMessage"][];
            /** @description Text of the answer that exists: continue after it. */
            prefix: string;
        };
        ClaimedJob: {
            id: string;
            model: string;
            /** @enum {string} */
            tier: "pro" | "max";
            /** @description The job's value in µUSDC. */
            value: number;
        };
        CompleteAnswer: {
            /** @description µUSDC. */
            earned: number;
        };
        /**
         * CompleteBody
         * @description The answer is whole.
         */
        CompleteBody: {
            /**
             * Finish
             * @default stop
             * @enum {string}
             */
            finish?: "stop" | "length";
            /** Jobid */
            jobId: string;
            /** Lease */
            lease: string;
            /** Tokens */
            tokens: number;
            /**
             * Workerid
             * @default null
             */
            workerId?: string | null;
        };
        /** @description A conversation. */
        Conversation: {
            /** Format: date-time */
            createdAt: string;
            id: string;
            messages: components["schemas"]["Message"][];
            pinned: boolean;
            title: string;
            /** Format: date-time */
            updatedAt: string;
        };
        /** @description Whole credits that can be spent. */
        Credits: {
            credits: number;
        };
        /** @description A day (UTC). */
        Day: {
            buyback: number;
            cloud: number;
            /** Format: date */
            day: string;
            paidOut: number;
            promoted: number;
            revenue: number;
            stakers: number;
            workers: number;
        };
        /** @description A deposit on its way, or arrived. */
        Deposit: {
            amount: number;
            confirmations: number;
            /** Format: date-time */
            creditedAt: string | null;
            needed: number;
            /** Format: date-time */
            sentAt: string;
            /**
             * @description * `sent` - sent
             *     * `included` - included
             *     * `credited` - credited
             *     * `failed` - failed
             *     * `lost` - lost
             * @enum {string}
             */
            state: "sent" | "included" | "credited" | "failed" | "lost";
            txHash: string;
            /** @description In an explorer of the chain. */
            url: string | null;
        };
        /** @description The newest deposits, and how many confirmations one needs. */
        Deposits: {
            confirmations: number;
            deposits: components["schemas"]["Deposit"][];
        };
        /** @description It is done. */
        Done: {
            ok: boolean;
        };
        /** @description One job that was done: figures, no text. */
        DoneJob: {
            earned: number;
            /**
             * @description * `stop` - stop
             *     * `length` - length
             *     * `stopped` - stopped
             * @enum {string}
             */
            finish: "stop" | "length" | "stopped";
            /** Format: date-time */
            finishedAt: string;
            /** Format: double */
            seconds: number;
            /**
             * @description * `pro` - pro
             *     * `max` - max
             * @enum {string}
             */
            tier: "pro" | "max";
            tokens: number;
            workerId: string;
        };
        Error: {
            /**
             * @description Stable: for programs.
             * @example bad_input
             */
            code: string;
            /** @description One sentence for a person. */
            error: string;
        };
        /** @description Everything that a person has here. */
        Export: {
            conversations: components["schemas"]["Conversation"][];
            /** Format: date-time */
            exportedAt: string;
        };
        /** @description USDC that became credits. */
        ExportedDeposit: {
            amount: number;
            /** Format: date-time */
            creditedAt: string;
            txHash: string;
            wallet: string;
        };
        /** @description An API key, a revoked one too, without its secret. */
        ExportedKey: {
            /** Format: date-time */
            createdAt: string;
            hint: string;
            id: string;
            /** Format: date-time */
            lastUsedAt: string | null;
            name: string;
            /** Format: date-time */
            revokedAt: string | null;
            scopes: string[];
        };
        /** @description A payout. */
        ExportedPayout: {
            amount: number;
            /** Format: date-time */
            finalAt: string | null;
            id: string;
            /** Format: date-time */
            requestedAt: string;
            /**
             * @description * `requested` - requested
             *     * `approved` - approved
             *     * `signed` - signed
             *     * `broadcast` - broadcast
             *     * `included` - included
             *     * `final` - final
             *     * `failed` - failed
             * @enum {string}
             */
            state: "requested" | "approved" | "signed" | "broadcast" | "included" | "final" | "failed";
            txHash: string | null;
            wallet: string;
        };
        /** @description A wallet beside the person's own that receives payouts. */
        ExportedPayoutWallet: {
            /** Format: date-time */
            confirmedAt: string;
            /** Format: date-time */
            usableAt: string;
            wallet: string;
        };
        /** @description Who it is. */
        ExportedPerson: {
            /** Format: date-time */
            createdAt: string;
            id: string;
            /** Format: date-time */
            lastSignInAt: string | null;
            staffName: string | null;
            wallet: string | null;
        };
        /** @description Where the person is signed in. */
        ExportedSession: {
            /** Format: date-time */
            createdAt: string;
            device: string;
            id: string;
            /** Format: date-time */
            lastUsedAt: string;
        };
        /** @description A worker, a removed one too. */
        ExportedWorker: {
            /** Format: date-time */
            createdAt: string;
            id: string;
            /** Format: date-time */
            lastSeenAt: string | null;
            model: string;
            name: string;
            /** Format: date-time */
            pausedAt: string | null;
            /** Format: date-time */
            removedAt: string | null;
            tiers: ("pro" | "max")[];
            /**
             * @description * `browser` - browser
             *     * `native` - native
             * @enum {string}
             */
            type: "browser" | "native";
        };
        FailAnswer: {
            ok: boolean;
        };
        /**
         * FailBody
         * @description The worker gives the job up; `reason` is for its owner, and is not kept beside the text.
         */
        FailBody: {
            /** Jobid */
            jobId: string;
            /** Lease */
            lease: string;
            /**
             * Reason
             * @default
             */
            reason?: string;
            /**
             * Workerid
             * @default null
             */
            workerId?: string | null;
        };
        /** @description What the faucet gives: µUSDC, and wei as text. */
        Faucet: {
            /** Format: wei */
            ashao: bigint;
            available: boolean;
            /** Format: wei */
            eth: bigint;
            usdc: number;
        };
        /** @description What became of the free credits of a first sign-in. */
        FreeCredits: {
            /**
             * @description Why they wait: what this network address, or everybody together, may get today, or an empty budget.
             *
             *     * `` -
             *     * `address` - address
             *     * `day` - day
             *     * `budget` - budget
             * @enum {string}
             */
            reason: "" | "address" | "day" | "budget";
            /**
             * @description waiting: a later sign-in brings them. returned: nobody came for them in 90 days.
             *
             *     * `given` - given
             *     * `waiting` - waiting
             *     * `returned` - returned
             * @enum {string}
             */
            state: "given" | "waiting" | "returned";
        };
        /** @description The hashes of what was sent. */
        Given: {
            transactions: string[];
        };
        /** @description What a guest has left today. */
        Guest: {
            limit: number;
            remaining: number;
        };
        HeartbeatAnswer: {
            /** @description The jobs that it holds. */
            jobs: string[];
            model: string;
            ok: boolean;
            /** @description Whether its owner wants it to take no more jobs. */
            paused: boolean;
            /** @description Jobs that the person has stopped: stop the model, then call complete. */
            stop: string[];
            tiers: ("pro" | "max")[];
            workerId: string;
        };
        /**
         * HeartbeatBody
         * @description A sign of life. With `jobs`, only the leases of these are renewed; without, those of all that is held.
         *
         *     `ready: false` says that it could take no job now: it does not count as live.
         */
        HeartbeatBody: {
            /**
             * Jobs
             * @default null
             */
            jobs?: string[] | null;
            /**
             * Ready
             * @default true
             */
            ready?: boolean;
            /**
             * Tokenspersecond
             * @default null
             */
            tokensPerSecond?: number | null;
            /**
             * Workerid
             * @default null
             */
            workerId?: string | null;
        };
        /** @description A conversation of a list; `snippet` is the text around what was searched, as plain text. */
        Hit: {
            /** Format: date-time */
            createdAt: string;
            id: string;
            /** @description The newest message that has the words; null as the snippet is. */
            messageId: string | null;
            pinned: boolean;
            /** @description Null without a search, or found in the title only. */
            snippet: string | null;
            title: string;
            /** Format: date-time */
            updatedAt: string;
        };
        /** @description The job of an answer. */
        JobRequest: {
            jobId: string;
        };
        /** @description The person's live keys, newest first. */
        KeyList: {
            keys: components["schemas"]["ApiKey"][];
        };
        Lease: {
            ms: number;
            token: string;
        };
        /** @description How many of one's own machines are live, by tier. None of them answers its owner. */
        Machines: {
            max: number;
            pro: number;
        };
        /** @description Who calls: a person with credits, or a guest. */
        Me: {
            credits: number | null;
            /** @description null for guests, and for who never signed in with a wallet. */
            freeCredits: components["schemas"]["FreeCredits"] | null;
            guest: components["schemas"]["Guest"] | null;
            machines: components["schemas"]["Machines"] | null;
            user: components["schemas"]["Person"] | null;
        };
        /** @description What a person wrote, or an answer. */
        Message: {
            content: string;
            /** Format: date-time */
            createdAt: string;
            /**
             * @description Why an answer ended: by itself, at its greatest length, or by the person's stop.
             *
             *     * `stop` - stop
             *     * `length` - length
             *     * `stopped` - stopped
             * @enum {string|null}
             */
            finish: "stop" | "length" | "stopped" | null;
            id: string;
            jobId: string | null;
            /** @description The message that it comes after; null for a first question. */
            parentId: string | null;
            /**
             * @description 1 good, -1 bad, 0 not rated.
             * @enum {integer}
             */
            rating: -1 | 0 | 1;
            receipt: components["schemas"]["Receipt"] | null;
            /**
             * @description * `user` - user
             *     * `assistant` - assistant
             * @enum {string}
             */
            role: "user" | "assistant";
            /**
             * @description * `pending` - pending
             *     * `done` - done
             *     * `stopped` - stopped
             *     * `failed` - failed
             * @enum {string}
             */
            status: "pending" | "done" | "stopped" | "failed";
            /**
             * @description * `pro` - pro
             *     * `max` - max
             * @enum {string|null}
             */
            tier: "pro" | "max" | null;
            /** @description The ids of all that come after the same message, the oldest first: itself among them. */
            versions: string[];
        };
        /** @description What was done in the minute that begins `at`. */
        Minute: {
            /** Format: date-time */
            at: string;
            earned: number;
            jobs: number;
            tokens: number;
        };
        /** @description How the network is. */
        Network: {
            /** Format: double */
            jobsPerMinute: number;
            tiers: components["schemas"]["Tiers"];
            /** Format: double */
            tokensPerMinute: number;
            /** @description Live, each counted once, also where it serves both tiers. */
            workers: number;
        };
        /** @description A key just made. `key` is shown this once. */
        NewKey: {
            id: string;
            key: string;
            name: string;
        };
        /** @description What a new key shall be called, and what it may do: without scopes, all of them. */
        NewKeyRequestRequest: {
            name: string;
            scopes?: ("worker" | "chat" | "read")[];
        };
        /** @description No job, and why there is none. */
        NoJob: {
            job: null;
            /** @enum {string} */
            reason: "no_job" | "no_job_for_you" | "too_many_jobs" | "paused";
        };
        /** @description A nonce, and the chain that the message must name. Its times are best taken from here: clocks differ. */
        Nonce: {
            chainId: number;
            /**
             * Format: date-time
             * @description Until then the nonce is good.
             */
            expiresAt: string;
            /**
             * Format: date-time
             * @description Now, by the server's clock.
             */
            issuedAt: string;
            nonce: string;
        };
        /** @description It is done. */
        Ok: {
            ok: boolean;
        };
        /** @description One page of conversations; `next` is the cursor of the following one. */
        Page: {
            conversations: components["schemas"]["Hit"][];
            next: string | null;
        };
        /** @description A payout as its earner sees it. */
        Payout: {
            amount: number;
            /** Format: date-time */
            finalAt: string | null;
            id: string;
            problem: string | null;
            /** Format: date-time */
            requestedAt: string;
            /**
             * @description * `requested` - requested
             *     * `approved` - approved
             *     * `signed` - signed
             *     * `broadcast` - broadcast
             *     * `included` - included
             *     * `final` - final
             *     * `failed` - failed
             * @enum {string}
             */
            state: "requested" | "approved" | "signed" | "broadcast" | "included" | "final" | "failed";
            txHash: string | null;
            url: string | null;
            wallet: string;
        };
        /** @description How much of one's earnings, in µUSDC, and to which wallet: without one, to one's own. */
        PayoutRequestRequest: {
            /** Format: int64 */
            amount: number;
            wallet?: string | null;
        };
        /** @description What can be asked for, and what was. */
        Payouts: {
            available: number;
            escrow: number;
            leftToday: number;
            minimum: number;
            /** @description That can be paid later, unless they are taken away. */
            newWallets: components["schemas"]["Wallet"][];
            payouts: components["schemas"]["Payout"][];
            perDay: number;
            /** @description That can be paid now. */
            wallets: string[];
        };
        /** @description A signed-in person; `wallet` is empty for staff without one. */
        Person: {
            id: string;
            wallet: string;
        };
        /** @description What is in the pools now. */
        Pools: {
            buyback: number;
            cloud: number;
            stakers: number;
        };
        PromptMessage: {
            content: string;
            /** @enum {string} */
            role: "system" | "user" | "assistant";
        };
        /** @description What is kept. */
        Rated: {
            /** @enum {integer} */
            rating: -1 | 0 | 1;
        };
        /** @description What a person says of an answer. */
        RateRequest: {
            jobId: string;
            /** @description 1 good, -1 bad, 0 takes it back. */
            rating: number;
        };
        /** @description How many answers people found good and bad. Who they were is not kept. */
        Ratings: {
            down: number;
            up: number;
        };
        /** @description How much of a conversation was read that was too long for every machine. */
        Read: {
            characters: number;
            of: number;
        };
        /** @description What an answer was made with and what it cost: no identity. */
        Receipt: {
            /** @description Charged; 0 for guests. */
            credits: number;
            /** @description Whether more than one producer had it. */
            handedOver: boolean;
            /** @description As the worker registered it, or the provider calls it. */
            model: string;
            /** @description What was read, oldest turns left out; null where it was all. */
            read: components["schemas"]["Read"] | null;
            /**
             * Format: double
             * @description From the first producer's claim to the end, hand-overs included.
             */
            seconds: number;
            /**
             * @description A volunteer's browser, a volunteer's machine, or a cloud provider.
             *
             *     * `browser` - browser
             *     * `native` - native
             *     * `cloud` - cloud
             * @enum {string}
             */
            servedBy: "browser" | "native" | "cloud";
            /** @description Whether it is prepared text, at least in part. Such an answer is free. */
            simulated: boolean;
            /** @description Counted by the producer that ended the answer. */
            tokens: number;
        };
        /** @description The receipt of an answer; null while there is none. */
        ReceiptAnswer: {
            receipt: components["schemas"]["Receipt"] | null;
        };
        /** @description A new worker and its token, which is shown this once. */
        Registered: {
            workerId: string;
            workerToken: string;
        };
        /** @description The body of `register`. */
        RegisterRequest: {
            /** @description How many tokens its model reads, question and answer together. */
            contextTokens?: number;
            model: string;
            /** @description What you call it; shown to you only. */
            name?: string;
            tiers?: ("pro" | "max")[];
            /**
             * @description * `browser` - browser
             *     * `native` - native
             * @enum {string}
             */
            type: "browser" | "native";
        };
        ReleaseAnswer: {
            ok: boolean;
        };
        /**
         * ReleaseBody
         * @description Goodbye. A closing tab cannot set headers, so its token may be in the body.
         */
        ReleaseBody: {
            /**
             * Token
             * @default null
             */
            token?: string | null;
            /**
             * Workerid
             * @default null
             */
            workerId?: string | null;
            /**
             * Workertoken
             * @default null
             */
            workerToken?: string | null;
        };
        /** @description An answer that is written anew: another version where the old one has text, else the same. */
        Retried: {
            answerId: string;
            jobId: string;
        };
        /** @description The job of an answer, and who is to write it anew; without a tier, its own. */
        RetryRequest: {
            jobId: string;
            /**
             * @description * `pro` - pro
             *     * `max` - max
             * @enum {string}
             */
            tier?: "pro" | "max";
        };
        /** @description What somebody was given of an epoch. */
        Reward: {
            amount: number;
            number: number;
        };
        /** @description A message to send; without a conversation it begins one. */
        SendRequest: {
            content: string;
            conversationId?: string | null;
            /** @description A question of this conversation: the content becomes another version of it. */
            editOf?: string | null;
            /**
             * @description * `pro` - pro
             *     * `max` - max
             * @enum {string}
             */
            tier: "pro" | "max";
        };
        /** @description What was sent. */
        Sent: {
            answerId: string;
            conversationId: string;
            jobId: string;
            questionId: string;
        };
        /** @description Where the person is signed in. `current` is the session that asks; `context["current"]` is its key. */
        Session: {
            /** Format: date-time */
            createdAt: string;
            /** @description Whether it is the one that asks. */
            readonly current: boolean;
            /** @description The browser and the system, such as “Firefox on Linux”. */
            device: string;
            id: string;
            /**
             * Format: date-time
             * @description To the minute.
             */
            lastUsedAt: string;
        };
        /** @description Where the person is signed in, the last used first. */
        SessionList: {
            sessions: components["schemas"]["Session"][];
        };
        /** @description An epoch that was settled. */
        SettledEpoch: {
            /** Format: date-time */
            endsAt: string;
            number: number;
            /** @description What there was to share. */
            pool: number;
            /** @description What was shared; the rest is in the next epoch's pool. */
            rewards: number;
            stakers: number;
            /** Format: date-time */
            startsAt: string;
        };
        /** @description Who is signed in now. */
        SignedIn: {
            user: components["schemas"]["User"];
        };
        /** @description An epoch. */
        Span: {
            /** Format: date-time */
            endsAt: string;
            number: number;
            /** Format: date-time */
            startsAt: string;
        };
        /** @description Stakes, the pool that stakers share, and epochs. */
        Staking: {
            chain: components["schemas"]["ChainState"];
            /** @description The one that it is now. */
            epoch: components["schemas"]["Span"];
            epochs: components["schemas"]["SettledEpoch"][];
            /**
             * Format: wei
             * @description What makes a staker.
             */
            minimum: bigint;
            /** @description Not shared yet. */
            pool: number;
            shareBps: number;
            stakedShareBps: number;
            stakers: number;
            /**
             * Format: wei
             * @description All confirmed stakes.
             */
            total: bigint;
            you: components["schemas"]["You"] | null;
        };
        /** @description A page of the statement, the newest first. */
        Statement: {
            /** @description What `before` of the following page takes. */
            next: number | null;
            rows: components["schemas"]["StatementRow"][];
        };
        /** @description One amount in or out, and the balance of that part after it. */
        StatementRow: {
            amount: number;
            /** Format: date-time */
            at: string;
            balance: number;
            id: number;
            kind: string;
            /**
             * @description * `credits` - credits
             *     * `granted` - granted
             *     * `earnings` - earnings
             *     * `escrow` - escrow
             * @enum {string}
             */
            part: "credits" | "granted" | "earnings" | "escrow";
            reference: string;
        };
        /** @description All workers of an owner, with sums over those that were removed too. Amounts in µUSDC. */
        Stats: {
            /** @description Earned, and not yet asked to be paid out. */
            available: number;
            /**
             * Format: double
             * @description Over the last hour's jobs, or all where there was none.
             */
            averageTokensPerSecond: number | null;
            earned: number;
            earnedToday: number;
            /** @description Earned from free credits, until staff release it. */
            escrow: number;
            /** @description The last 60 minutes, this one last. */
            hour: components["schemas"]["Minute"][];
            jobs: number;
            /** @description The last 20 jobs, the newest first. */
            recent: components["schemas"]["DoneJob"][];
            /** @description Of a job's value, in hundredths of a percent. */
            shareBps: number;
            tokens: number;
            workers: components["schemas"]["Worker"][];
        };
        /** @description A conversation without its messages. */
        Summary: {
            /** Format: date-time */
            createdAt: string;
            id: string;
            pinned: boolean;
            title: string;
            /** Format: date-time */
            updatedAt: string;
        };
        /** @description Live workers, waiting jobs, and the wait: the median of recent jobs, from sending to being taken. */
        TierLoad: {
            /**
             * @description What answers where no worker does: a provider's model, prepared text (free), or nothing: then a message fails, and costs nothing.
             *
             *     * `provider` - provider
             *     * `simulated` - simulated
             *     * `none` - none
             * @enum {string}
             */
            cloud: "provider" | "simulated" | "none";
            queued: number;
            waitMs: number | null;
            workers: number;
        };
        /** @description The load of both tiers. */
        Tiers: {
            max: components["schemas"]["TierLoad"];
            pro: components["schemas"]["TierLoad"];
        };
        TokenAnswer: {
            ok: boolean;
            stop: boolean;
        };
        /**
         * TokenBody
         * @description One numbered chunk; `seq` counts from 0 for each lease. `reasoning` is no part of the answer.
         */
        TokenBody: {
            /** Jobid */
            jobId: string;
            /**
             * Kind
             * @default text
             * @enum {string}
             */
            kind?: "text" | "reasoning";
            /** Lease */
            lease: string;
            /** Seq */
            seq: number;
            /** Value */
            value: string;
            /**
             * Workerid
             * @default null
             */
            workerId?: string | null;
        };
        /** @description What the wallet has to sign and send, in this order, each when the one before is in a block. */
        Transactions: {
            transactions: components["schemas"]["WalletTransaction"][];
        };
        /** @description Of all time, and of the last 90 days. */
        Treasury: {
            /** @description Paid for $ASHAO that were burned. */
            boughtBack: number;
            /** Format: wei */
            burned: bigint;
            burns: components["schemas"]["Burn"][];
            buyback: number;
            cloud: number;
            days: components["schemas"]["Day"][];
            explorer: string | null;
            /** @description By payouts that are final on the chain. */
            paidOut: number;
            pools: components["schemas"]["Pools"];
            /** @description What the promotion budget paid for answers. The next four are what this and the revenue became. */
            promoted: number;
            /** @description What people paid for answers, with credits that they bought. */
            revenue: number;
            rewardsPaid: number;
            /** Format: wei */
            staked: bigint;
            stakers: number;
            /**
             * Format: wei
             * @description All $ASHAO there are: without those that were burned.
             */
            supply: bigint;
            token: string | null;
            treasury: string | null;
            vault: string | null;
            workers: number;
        };
        /** @description Whether staff trust an owner of workers, and how far the rule is met by which they are proposed to staff. */
        Trust: {
            /** @description Since the first of them. */
            days: number;
            daysNeeded: number;
            /** @description Of those that count. */
            paidJobs: number;
            paidJobsNeeded: number;
            /** @description The rule is met, and staff have not decided. */
            proposed: boolean;
            /** @description Staff have decided to release the escrow, within its limits. */
            trusted: boolean;
        };
        /** @description A person, to that person. */
        User: {
            id: string;
            /** @description With which they signed in. */
            wallet: string;
        };
        /** @description A signed EIP-4361 message. */
        VerifyRequest: {
            message: string;
            signature: string;
        };
        /** @description A wallet that may receive payouts, from `usableAt` on. */
        Wallet: {
            /** Format: date-time */
            usableAt: string;
            wallet: string;
        };
        /** @description An EIP-4361 message that another wallet signed, and one that the person's own wallet did. */
        WalletProofRequest: {
            message: string;
            ownMessage?: string;
            ownSignature?: string;
            signature: string;
        };
        /** @description A transaction for the wallet to sign and send, as `eth_sendTransaction` takes it; `label` is for people. */
        WalletTransaction: {
            chainId: number;
            data: string;
            label: string;
            to: string;
            value: string;
        };
        /** @description What signing in would bring this visitor, and what there is without. */
        Welcome: {
            /** @description How many answers they are enough for, of the cheapest tier. */
            answers: number;
            /** @description Of this guest, that would come along. */
            conversations: number;
            /** @description The free credits of a wallet that is new here, now; 0 where a limit of the day is reached. */
            credits: number;
            /** @description A day, without signing in. */
            guestMessages: number;
            /**
             * Format: date-time
             * @description When there are all of them again.
             */
            guestMessagesAt: string;
        };
        /** @description One worker; amounts in µUSDC. */
        Worker: {
            /** Format: date-time */
            createdAt: string;
            earned: number;
            earnedToday: number;
            id: string;
            jobs: number;
            /** Format: date-time */
            lastSeenAt: string | null;
            model: string;
            name: string;
            paused: boolean;
            ratings: components["schemas"]["Ratings"];
            running: number;
            /**
             * @description * `offline` - offline
             *     * `waiting` - waiting
             *     * `busy` - busy
             *     * `paused` - paused
             * @enum {string}
             */
            status: "offline" | "waiting" | "busy" | "paused";
            tiers: ("pro" | "max")[];
            tokens: number;
            /** Format: double */
            tokensPerSecond: number | null;
            /**
             * @description * `browser` - browser
             *     * `native` - native
             * @enum {string}
             */
            type: "browser" | "native";
        };
        /** @description Whoever is signed in. null: the chain does not answer. */
        You: {
            /**
             * Format: wei
             * @description What the vault may take of it.
             */
            allowance: bigint | null;
            /**
             * Format: wei
             * @description $ASHAO in the wallet.
             */
            balance: bigint | null;
            /**
             * Format: wei
             * @description The stake with what is not confirmed yet.
             */
            onChain: bigint | null;
            /** @description All so far. */
            rewards: number;
            rewardsByEpoch: components["schemas"]["Reward"][];
            /** @description The stake's part of all stakes. */
            shareOfPoolBps: number;
            /**
             * Format: wei
             * @description Confirmed: this one counts.
             */
            stake: bigint;
            wallet: string;
            /** @description What your workers earn of a job's value. */
            workerShareBps: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
        };
    };
    account_delete_data: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    confirm: "delete everything";
                };
            };
        };
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    account_export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountExport"];
                };
            };
        };
    };
    auth_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ok"];
                };
            };
        };
    };
    auth_nonce: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Nonce"];
                };
            };
        };
    };
    auth_verify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifyRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
        };
    };
    chat_branch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BranchRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
        };
    };
    conversations_list: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                limit?: number;
                /** @description Search: only those with all of these words (or pieces of words, whatever their case) in the title or in one message, the last changed first. Much is looked through piece by piece: go on with `next` until it is null, also where a page has few hits or none. */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"];
                };
            };
        };
    };
    conversations_delete_all: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    conversations_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
        };
    };
    conversations_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    conversations_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    pinned?: boolean;
                    title: string;
                } | {
                    pinned: boolean;
                    title?: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Summary"];
                };
            };
        };
    };
    conversations_export: {
        parameters: {
            query?: {
                format?: "json" | "markdown";
            };
            header?: never;
            path: {
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Export"];
                    "text/markdown": string;
                };
            };
        };
    };
    history_export: {
        parameters: {
            query?: {
                format?: "json" | "markdown";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Export"];
                    "text/markdown": string;
                };
            };
        };
    };
    chat_rate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RateRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rated"];
                };
            };
        };
    };
    chat_receipt: {
        parameters: {
            query: {
                jobId: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReceiptAnswer"];
                };
            };
        };
    };
    chat_retry: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeating a call with the same key and body does nothing and returns the same ids. With another body it is a 409, `idempotency_conflict`. Keys are kept for seven days. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetryRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Retried"];
                };
            };
        };
    };
    chat_send: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeating a call with the same key and body does nothing and returns the same ids. With another body it is a 409, `idempotency_conflict`. Keys are kept for seven days. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sent"];
                };
            };
        };
    };
    chat_stop: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
        };
    };
    chat_stream: {
        parameters: {
            query: {
                jobId: string;
                /** @description Go on after this event; a `Last-Event-ID` header comes before it. */
                lastEventId?: string;
                /** @description `1`: also events of the type `reasoning`. */
                reasoning?: "0" | "1";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events. Each has an `id:` and one `data:` line of JSON: `{"type":"token","value":"…"}`, at last `{"type":"done","tokens":n,"finish":"stop|length|stopped"}` or `{"type":"error","message":"…"}`. A `{"type":"reset"}` says: forget what came, the answer is told anew. A comment fills every 15 s of silence. Who asks with `reasoning=1` is also told what a model thinks before it answers, as it comes: `{"type":"reasoning","value":"…"}`. That is no part of the answer, and not told again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description `lastEventId` was the last event: there is nothing more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    credits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credits"];
                };
            };
        };
    };
    credits_buy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BuyRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bought"];
                };
            };
        };
    };
    deposits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deposits"];
                };
            };
        };
    };
    deposit_announce: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnnounceRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deposit"];
                };
            };
        };
    };
    faucet: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Faucet"];
                };
            };
        };
    };
    faucet_give: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Given"];
                };
            };
        };
    };
    keys_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
        };
    };
    keys_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewKeyRequestRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewKey"];
                };
            };
        };
    };
    keys_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    network: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Network"];
                };
            };
        };
    };
    payouts_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payouts"];
                };
            };
        };
    };
    payouts_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeating a call with the same key and body returns the same payout. With another body it is a 409, `idempotency_conflict`. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PayoutRequestRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payout"];
                };
            };
        };
    };
    payout_wallets_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WalletProofRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wallet"];
                };
            };
        };
    };
    payout_wallets_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                wallet: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    sessions_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
        };
    };
    sessions_delete_others: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    sessions_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    staking: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Staking"];
                };
            };
        };
    };
    staking_stake: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AmountRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transactions"];
                };
            };
        };
    };
    staking_unstake: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AmountRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transactions"];
                };
            };
        };
    };
    statement: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                before?: number;
                limit?: number;
                part?: "credits" | "granted" | "earnings" | "escrow";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statement"];
                };
            };
        };
    };
    statement_csv: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest 200,000 entries at most. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
        };
    };
    treasury: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Treasury"];
                };
            };
        };
    };
    welcome: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Welcome"];
                };
            };
        };
    };
    worker_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                worker_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    worker_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                worker_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    paused: boolean;
                } | {
                    name: string;
                    paused?: boolean;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
        };
    };
    worker_claim: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClaimBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClaimAnswer"];
                };
            };
        };
    };
    worker_complete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompleteBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompleteAnswer"];
                };
            };
        };
    };
    worker_fail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FailBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailAnswer"];
                };
            };
        };
    };
    worker_heartbeat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HeartbeatBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeartbeatAnswer"];
                };
            };
        };
    };
    worker_register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registered"];
                };
            };
        };
    };
    worker_release: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReleaseBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseAnswer"];
                };
            };
        };
    };
    worker_stats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stats"];
                };
            };
        };
    };
    worker_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenAnswer"];
                };
            };
        };
    };
}
