"""Every limit of the program, by name. Seconds end in _S, milliseconds in _MS, characters in _CHARS."""

# The network.
CLAIM_WAIT_MS = 20_000  # a long poll; the network allows 25,000, and many proxies cut a request at 30 s
REQUEST_TIMEOUT_S = 5.0  # short, because every call may be repeated without harm
HEARTBEAT_S = 4.0
RETRY_FIRST_S = 0.1  # while a lease runs we try again quickly ...
RETRY_MAX_S = 2.0
AWAY_FIRST_S = 0.5  # ... and patiently when nothing is at stake
AWAY_MAX_S = 20.0
RETRY_AFTER_MAX_S = 60.0  # what we obey of a Retry-After while a job runs ...
RETRY_AFTER_IDLE_MAX_S = 3_600.0  # ... and before there is one
LEASE_GRACE_S = 3.0  # the network judges a lease by its own clock; we give up this much later

# Streaming back.
CHUNK_GATHER_S = 0.040  # one call carries what came in this time: at most 25 calls a second for a job
CHUNK_MAX_CHARS = 16_000
BUFFER_MAX_CHARS = 64_000  # beyond this the model server waits for the network
ANSWER_MAX_CHARS = 400_000
THOUGHT_MAX_CHARS = 400_000  # of thinking, beside the answer
INVISIBLE_MAX_CHARS = 10_000  # of white space before an answer's first word
REWINDS_MAX = 5

# The model server.
UPSTREAM_CONNECT_S = 5.0
UPSTREAM_SILENCE_S = 120.0  # between two bytes; a long prompt on a CPU takes this long
UPSTREAM_FIRST_S = 1.0
UPSTREAM_MAX_S = 30.0
UPSTREAM_FRESH_S = 15.0  # how long "it answered" stays true before we ask again
SSE_EVENT_MAX_BYTES = 1_000_000
BODY_MAX_BYTES = 4_000_000  # of an answer in one piece
THOUGHT_HEAD_MAX_CHARS = 400  # what names the channel of a message
REFUSAL_MAX_BYTES = 65_536  # how much of a refusal is read to find out what it is about
MODELS_SHOWN_MAX = 20
UPSTREAM_ASK_S = 5.0  # for the small questions to it
UPSTREAM_WATCH_S = 5.0  # how often it is looked after while nothing runs
PROBE_TOKENS = 16
PROBE_WORD_S = 10.0  # how long the probe waits, once it is answered, to see what is said
GREETING_WORD_S = 10.0  # for the first word of the greeting: the model is loaded by then
GREETING_S = 20.0  # for the rest: it is thought about for no longer
GREETING_TOKENS = 1_024
SLOW_S = 2.0  # a first answer that takes longer is told of
UNSURE_MAX = 3  # so many jobs in a row that it may be to blame for are a reason to pause
CONTEXT_MIN_TOKENS = 256
CONTEXT_MAX_TOKENS = 10_000_000  # as the network takes it
OLLAMA_CONTEXT_TOKENS = 4_096  # what Ollama reads where nobody told it otherwise
ANSWER_ROOM_TOKENS = 256  # less room than this for an answer, and older turns make way

# The program.
JOBS_MAX = 16
MAX_TOKENS_MAX = 131_072
NAME_MAX_CHARS = 80  # as the network takes it
DRAIN_S = 60.0  # what Ctrl-C grants running jobs
DRAIN_TERM_S = 10.0  # what SIGTERM grants: a service manager kills soon after
GOODBYE_S = 4.0  # for handing back and saying goodbye, however the network is
SPEED_WINDOW_S = 5.0
SENTENCE_MAX_CHARS = 300
IDENTITIES_MAX = 16  # workers beside each other on one machine with the same key and model
