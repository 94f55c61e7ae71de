// Written by `make api` from the server's description of its API (`manage.py spectacular`). Don't edit.
import * as is from "../lib/decode";
import { operation } from "./operation";
import type { components } from "./schema";

type Schemas = components["schemas"];

export const Trust: is.Decoder<Schemas["Trust"]> = is.object({
  trusted: is.boolean,
  proposed: is.boolean,
  paidJobs: is.integer,
  paidJobsNeeded: is.integer,
  days: is.integer,
  daysNeeded: is.integer,
});
export const Account: is.Decoder<Schemas["Account"]> = is.object({
  wallet: is.string,
  credits: is.integer,
  bought: is.integer,
  granted: is.integer,
  held: is.integer,
  earnings: is.integer,
  escrow: is.integer,
  pendingPayouts: is.integer,
  trust: Trust,
});
export const AnnouncedDeposit: is.Decoder<Schemas["AnnouncedDeposit"]> = is.object({
  txHash: is.string,
  amount: is.integer,
  sentAt: is.string,
});
export const Read: is.Decoder<Schemas["Read"]> = is.object({
  characters: is.integer,
  of: is.integer,
});
export const Receipt: is.Decoder<Schemas["Receipt"]> = is.object({
  servedBy: is.oneOf("browser", "native", "cloud"),
  model: is.string,
  tokens: is.integer,
  seconds: is.number,
  credits: is.integer,
  handedOver: is.boolean,
  read: is.nullable(Read),
  simulated: is.boolean,
});
export const Message: is.Decoder<Schemas["Message"]> = is.object({
  id: is.string,
  role: is.oneOf("user", "assistant"),
  content: is.string,
  status: is.oneOf("pending", "done", "stopped", "failed"),
  jobId: is.nullable(is.string),
  tier: is.nullable(is.oneOf("pro", "max")),
  createdAt: is.string,
  finish: is.nullable(is.oneOf("stop", "length", "stopped")),
  receipt: is.nullable(Receipt),
  rating: is.oneOf(-1, 0, 1),
  parentId: is.nullable(is.string),
  versions: is.list(is.string),
});
export const Conversation: is.Decoder<Schemas["Conversation"]> = is.object({
  id: is.string,
  title: is.string,
  pinned: is.boolean,
  createdAt: is.string,
  updatedAt: is.string,
  messages: is.list(Message),
});
export const ExportedDeposit: is.Decoder<Schemas["ExportedDeposit"]> = is.object({
  txHash: is.string,
  wallet: is.string,
  amount: is.integer,
  creditedAt: is.string,
});
export const ExportedKey: is.Decoder<Schemas["ExportedKey"]> = is.object({
  id: is.string,
  name: is.string,
  hint: is.string,
  scopes: is.list(is.string),
  createdAt: is.string,
  lastUsedAt: is.nullable(is.string),
  revokedAt: is.nullable(is.string),
});
export const ExportedPayout: is.Decoder<Schemas["ExportedPayout"]> = is.object({
  id: is.string,
  amount: is.integer,
  wallet: is.string,
  state: is.oneOf("requested", "approved", "signed", "broadcast", "included", "final", "failed"),
  txHash: is.nullable(is.string),
  requestedAt: is.string,
  finalAt: is.nullable(is.string),
});
export const ExportedPayoutWallet: is.Decoder<Schemas["ExportedPayoutWallet"]> = is.object({
  wallet: is.string,
  confirmedAt: is.string,
  usableAt: is.string,
});
export const ExportedPerson: is.Decoder<Schemas["ExportedPerson"]> = is.object({
  id: is.string,
  wallet: is.nullable(is.string),
  staffName: is.nullable(is.string),
  createdAt: is.string,
  lastSignInAt: is.nullable(is.string),
});
export const ExportedSession: is.Decoder<Schemas["ExportedSession"]> = is.object({
  id: is.string,
  device: is.string,
  createdAt: is.string,
  lastUsedAt: is.string,
});
export const ExportedWorker: is.Decoder<Schemas["ExportedWorker"]> = is.object({
  id: is.string,
  name: is.string,
  type: is.oneOf("browser", "native"),
  model: is.string,
  tiers: is.list(is.oneOf("pro", "max")),
  createdAt: is.string,
  lastSeenAt: is.nullable(is.string),
  pausedAt: is.nullable(is.string),
  removedAt: is.nullable(is.string),
});
export const StatementRow: is.Decoder<Schemas["StatementRow"]> = is.object({
  id: is.integer,
  at: is.string,
  part: is.oneOf("credits", "granted", "earnings", "escrow"),
  kind: is.string,
  reference: is.string,
  amount: is.integer,
  balance: is.integer,
});
export const AccountExport: is.Decoder<Schemas["AccountExport"]> = is.object({
  exportedAt: is.string,
  conversations: is.list(Conversation),
  person: ExportedPerson,
  keys: is.list(ExportedKey),
  sessions: is.list(ExportedSession),
  workers: is.list(ExportedWorker),
  payoutWallets: is.list(ExportedPayoutWallet),
  payouts: is.list(ExportedPayout),
  deposits: is.list(ExportedDeposit),
  announcedDeposits: is.list(AnnouncedDeposit),
  statement: is.list(StatementRow),
});
export const Ok: is.Decoder<Schemas["Ok"]> = is.object({
  ok: is.boolean,
});
export const Nonce: is.Decoder<Schemas["Nonce"]> = is.object({
  nonce: is.string,
  chainId: is.integer,
  issuedAt: is.string,
  expiresAt: is.string,
});
export const User: is.Decoder<Schemas["User"]> = is.object({
  id: is.string,
  wallet: is.string,
});
export const SignedIn: is.Decoder<Schemas["SignedIn"]> = is.object({
  user: User,
});
export const Hit: is.Decoder<Schemas["Hit"]> = is.object({
  id: is.string,
  title: is.string,
  pinned: is.boolean,
  createdAt: is.string,
  updatedAt: is.string,
  snippet: is.nullable(is.string),
  messageId: is.nullable(is.string),
});
export const Page: is.Decoder<Schemas["Page"]> = is.object({
  conversations: is.list(Hit),
  next: is.nullable(is.string),
});
export const Summary: is.Decoder<Schemas["Summary"]> = is.object({
  id: is.string,
  title: is.string,
  pinned: is.boolean,
  createdAt: is.string,
  updatedAt: is.string,
});
export const Rated: is.Decoder<Schemas["Rated"]> = is.object({
  rating: is.oneOf(-1, 0, 1),
});
export const ReceiptAnswer: is.Decoder<Schemas["ReceiptAnswer"]> = is.object({
  receipt: is.nullable(Receipt),
});
export const Retried: is.Decoder<Schemas["Retried"]> = is.object({
  jobId: is.string,
  answerId: is.string,
});
export const Sent: is.Decoder<Schemas["Sent"]> = is.object({
  jobId: is.string,
  conversationId: is.string,
  questionId: is.string,
  answerId: is.string,
});
export const Done: is.Decoder<Schemas["Done"]> = is.object({
  ok: is.boolean,
});
export const Credits: is.Decoder<Schemas["Credits"]> = is.object({
  credits: is.integer,
});
export const WalletTransaction: is.Decoder<Schemas["WalletTransaction"]> = is.object({
  to: is.string,
  data: is.string,
  value: is.string,
  chainId: is.integer,
  label: is.string,
});
export const Bought: is.Decoder<Schemas["Bought"]> = is.object({
  transactions: is.list(WalletTransaction),
  balance: is.nullable(is.integer),
});
export const Deposit: is.Decoder<Schemas["Deposit"]> = is.object({
  txHash: is.string,
  amount: is.integer,
  state: is.oneOf("sent", "included", "credited", "failed", "lost"),
  confirmations: is.integer,
  needed: is.integer,
  sentAt: is.string,
  creditedAt: is.nullable(is.string),
  url: is.nullable(is.string),
});
export const Deposits: is.Decoder<Schemas["Deposits"]> = is.object({
  deposits: is.list(Deposit),
  confirmations: is.integer,
});
export const Faucet: is.Decoder<Schemas["Faucet"]> = is.object({
  available: is.boolean,
  usdc: is.integer,
  ashao: is.wei,
  eth: is.wei,
});
export const Given: is.Decoder<Schemas["Given"]> = is.object({
  transactions: is.list(is.string),
});
export const ApiKey: is.Decoder<Schemas["ApiKey"]> = is.object({
  id: is.string,
  name: is.string,
  hint: is.string,
  scopes: is.list(is.oneOf("worker", "chat", "read")),
  createdAt: is.string,
  lastUsedAt: is.nullable(is.string),
});
export const KeyList: is.Decoder<Schemas["KeyList"]> = is.object({
  keys: is.list(ApiKey),
});
export const NewKey: is.Decoder<Schemas["NewKey"]> = is.object({
  id: is.string,
  name: is.string,
  key: is.string,
});
export const FreeCredits: is.Decoder<Schemas["FreeCredits"]> = is.object({
  state: is.oneOf("given", "waiting", "returned"),
  reason: is.oneOf("", "address", "day", "budget"),
});
export const Guest: is.Decoder<Schemas["Guest"]> = is.object({
  remaining: is.integer,
  limit: is.integer,
});
export const Machines: is.Decoder<Schemas["Machines"]> = is.object({
  pro: is.integer,
  max: is.integer,
});
export const Person: is.Decoder<Schemas["Person"]> = is.object({
  id: is.string,
  wallet: is.string,
});
export const Me: is.Decoder<Schemas["Me"]> = is.object({
  user: is.nullable(Person),
  guest: is.nullable(Guest),
  credits: is.nullable(is.integer),
  freeCredits: is.nullable(FreeCredits),
  machines: is.nullable(Machines),
});
export const TierLoad: is.Decoder<Schemas["TierLoad"]> = is.object({
  workers: is.integer,
  queued: is.integer,
  waitMs: is.nullable(is.integer),
  cloud: is.oneOf("provider", "simulated", "none"),
});
export const Tiers: is.Decoder<Schemas["Tiers"]> = is.object({
  pro: TierLoad,
  max: TierLoad,
});
export const Network: is.Decoder<Schemas["Network"]> = is.object({
  workers: is.integer,
  tiers: Tiers,
  jobsPerMinute: is.number,
  tokensPerMinute: is.number,
});
export const Payout: is.Decoder<Schemas["Payout"]> = is.object({
  id: is.string,
  amount: is.integer,
  wallet: is.string,
  state: is.oneOf("requested", "approved", "signed", "broadcast", "included", "final", "failed"),
  problem: is.nullable(is.string),
  txHash: is.nullable(is.string),
  url: is.nullable(is.string),
  requestedAt: is.string,
  finalAt: is.nullable(is.string),
});
export const Wallet: is.Decoder<Schemas["Wallet"]> = is.object({
  wallet: is.string,
  usableAt: is.string,
});
export const Payouts: is.Decoder<Schemas["Payouts"]> = is.object({
  available: is.integer,
  escrow: is.integer,
  minimum: is.integer,
  perDay: is.integer,
  leftToday: is.integer,
  wallets: is.list(is.string),
  newWallets: is.list(Wallet),
  payouts: is.list(Payout),
});
export const Session: is.Decoder<Schemas["Session"]> = is.object({
  id: is.string,
  device: is.string,
  createdAt: is.string,
  lastUsedAt: is.string,
  current: is.boolean,
});
export const SessionList: is.Decoder<Schemas["SessionList"]> = is.object({
  sessions: is.list(Session),
});
export const ChainState: is.Decoder<Schemas["ChainState"]> = is.object({
  block: is.nullable(is.integer),
  age_s: is.nullable(is.integer),
  ok: is.boolean,
  problem: is.nullable(is.string),
});
export const SettledEpoch: is.Decoder<Schemas["SettledEpoch"]> = is.object({
  number: is.integer,
  startsAt: is.string,
  endsAt: is.string,
  pool: is.integer,
  rewards: is.integer,
  stakers: is.integer,
});
export const Span: is.Decoder<Schemas["Span"]> = is.object({
  number: is.integer,
  startsAt: is.string,
  endsAt: is.string,
});
export const Reward: is.Decoder<Schemas["Reward"]> = is.object({
  number: is.integer,
  amount: is.integer,
});
export const You: is.Decoder<Schemas["You"]> = is.object({
  wallet: is.string,
  balance: is.nullable(is.wei),
  allowance: is.nullable(is.wei),
  stake: is.wei,
  onChain: is.nullable(is.wei),
  shareOfPoolBps: is.integer,
  rewards: is.integer,
  workerShareBps: is.integer,
  rewardsByEpoch: is.list(Reward),
});
export const Staking: is.Decoder<Schemas["Staking"]> = is.object({
  chain: ChainState,
  minimum: is.wei,
  total: is.wei,
  stakers: is.integer,
  pool: is.integer,
  epoch: Span,
  shareBps: is.integer,
  stakedShareBps: is.integer,
  epochs: is.list(SettledEpoch),
  you: is.nullable(You),
});
export const Transactions: is.Decoder<Schemas["Transactions"]> = is.object({
  transactions: is.list(WalletTransaction),
});
export const Statement: is.Decoder<Schemas["Statement"]> = is.object({
  rows: is.list(StatementRow),
  next: is.nullable(is.integer),
});
export const Burn: is.Decoder<Schemas["Burn"]> = is.object({
  txHash: is.string,
  url: is.nullable(is.string),
  burned: is.wei,
  usdc: is.nullable(is.integer),
  at: is.string,
});
export const Day: is.Decoder<Schemas["Day"]> = is.object({
  day: is.string,
  revenue: is.integer,
  promoted: is.integer,
  workers: is.integer,
  cloud: is.integer,
  stakers: is.integer,
  buyback: is.integer,
  paidOut: is.integer,
});
export const Pools: is.Decoder<Schemas["Pools"]> = is.object({
  buyback: is.integer,
  stakers: is.integer,
  cloud: is.integer,
});
export const Treasury: is.Decoder<Schemas["Treasury"]> = is.object({
  revenue: is.integer,
  promoted: is.integer,
  workers: is.integer,
  cloud: is.integer,
  stakers: is.integer,
  buyback: is.integer,
  pools: Pools,
  paidOut: is.integer,
  rewardsPaid: is.integer,
  boughtBack: is.integer,
  burned: is.wei,
  staked: is.wei,
  supply: is.wei,
  burns: is.list(Burn),
  days: is.list(Day),
  explorer: is.nullable(is.string),
  treasury: is.nullable(is.string),
  vault: is.nullable(is.string),
  token: is.nullable(is.string),
});
export const Welcome: is.Decoder<Schemas["Welcome"]> = is.object({
  credits: is.integer,
  answers: is.integer,
  guestMessages: is.integer,
  guestMessagesAt: is.string,
  conversations: is.integer,
});
export const Changed: is.Decoder<Schemas["Changed"]> = is.object({
  id: is.string,
  name: is.string,
  paused: is.boolean,
});
export const Registered: is.Decoder<Schemas["Registered"]> = is.object({
  workerId: is.string,
  workerToken: is.string,
});
export const DoneJob: is.Decoder<Schemas["DoneJob"]> = is.object({
  finishedAt: is.string,
  workerId: is.string,
  tier: is.oneOf("pro", "max"),
  tokens: is.integer,
  seconds: is.number,
  earned: is.integer,
  finish: is.oneOf("stop", "length", "stopped"),
});
export const Minute: is.Decoder<Schemas["Minute"]> = is.object({
  at: is.string,
  jobs: is.integer,
  tokens: is.integer,
  earned: is.integer,
});
export const Ratings: is.Decoder<Schemas["Ratings"]> = is.object({
  up: is.integer,
  down: is.integer,
});
export const Worker: is.Decoder<Schemas["Worker"]> = is.object({
  id: is.string,
  type: is.oneOf("browser", "native"),
  model: is.string,
  name: is.string,
  tiers: is.list(is.oneOf("pro", "max")),
  status: is.oneOf("offline", "waiting", "busy", "paused"),
  paused: is.boolean,
  jobs: is.integer,
  running: is.integer,
  tokens: is.integer,
  tokensPerSecond: is.nullable(is.number),
  earned: is.integer,
  earnedToday: is.integer,
  ratings: Ratings,
  createdAt: is.string,
  lastSeenAt: is.nullable(is.string),
});
export const Stats: is.Decoder<Schemas["Stats"]> = is.object({
  workers: is.list(Worker),
  jobs: is.integer,
  tokens: is.integer,
  earned: is.integer,
  earnedToday: is.integer,
  shareBps: is.integer,
  escrow: is.integer,
  available: is.integer,
  averageTokensPerSecond: is.nullable(is.number),
  hour: is.list(Minute),
  recent: is.list(DoneJob),
});
export const ClaimedJob: is.Decoder<Schemas["ClaimedJob"]> = is.object({
  id: is.string,
  tier: is.oneOf("pro", "max"),
  model: is.string,
  value: is.integer,
});
export const Lease: is.Decoder<Schemas["Lease"]> = is.object({
  token: is.string,
  ms: is.integer,
});
export const PromptMessage: is.Decoder<Schemas["PromptMessage"]> = is.object({
  role: is.oneOf("system", "user", "assistant"),
  content: is.string,
});
export const Claimed: is.Decoder<Schemas["Claimed"]> = is.object({
  job: ClaimedJob,
  messages: is.list(PromptMessage),
  prefix: is.string,
  lease: Lease,
});
export const NoJob: is.Decoder<Schemas["NoJob"]> = is.object({
  job: is.none,
  reason: is.oneOf("no_job", "no_job_for_you", "too_many_jobs", "paused"),
});
export const ClaimAnswer: is.Decoder<Schemas["ClaimAnswer"]> = is.either(Claimed, NoJob);
export const TokenAnswer: is.Decoder<Schemas["TokenAnswer"]> = is.object({
  ok: is.boolean,
  stop: is.boolean,
});
export const CompleteAnswer: is.Decoder<Schemas["CompleteAnswer"]> = is.object({
  earned: is.integer,
});
export const FailAnswer: is.Decoder<Schemas["FailAnswer"]> = is.object({
  ok: is.boolean,
});
export const HeartbeatAnswer: is.Decoder<Schemas["HeartbeatAnswer"]> = is.object({
  ok: is.boolean,
  workerId: is.string,
  model: is.string,
  tiers: is.list(is.oneOf("pro", "max")),
  jobs: is.list(is.string),
  stop: is.list(is.string),
  paused: is.boolean,
});
export const ReleaseAnswer: is.Decoder<Schemas["ReleaseAnswer"]> = is.object({
  ok: is.boolean,
});

export const account = operation("GET", "/api/account", Account);
export const accountDeleteData = operation("DELETE", "/api/account/data", is.nothing);
export const accountExport = operation("GET", "/api/account/export", AccountExport);
export const authLogout = operation("POST", "/api/auth/logout", Ok);
export const authNonce = operation("POST", "/api/auth/nonce", Nonce);
export const authVerify = operation("POST", "/api/auth/verify", SignedIn);
export const chatBranch = operation("POST", "/api/chat/branch", Conversation);
export const conversationsList = operation("GET", "/api/chat/conversations", Page);
export const conversationsDeleteAll = operation("DELETE", "/api/chat/conversations", is.nothing);
export const conversationsRead = operation("GET", "/api/chat/conversations/{conversation_id}", Conversation);
export const conversationsChange = operation("PATCH", "/api/chat/conversations/{conversation_id}", Summary);
export const conversationsDelete = operation("DELETE", "/api/chat/conversations/{conversation_id}", is.nothing);
export const chatRate = operation("POST", "/api/chat/rate", Rated);
export const chatReceipt = operation("GET", "/api/chat/receipt", ReceiptAnswer);
export const chatRetry = operation("POST", "/api/chat/retry", Retried);
export const chatSend = operation("POST", "/api/chat/send", Sent);
export const chatStop = operation("POST", "/api/chat/stop", Done);
export const credits = operation("GET", "/api/credits", Credits);
export const creditsBuy = operation("POST", "/api/credits/buy", Bought);
export const deposits = operation("GET", "/api/deposits", Deposits);
export const depositAnnounce = operation("POST", "/api/deposits", Deposit);
export const faucet = operation("GET", "/api/faucet", Faucet);
export const faucetGive = operation("POST", "/api/faucet", Given);
export const keysList = operation("GET", "/api/keys", KeyList);
export const keysCreate = operation("POST", "/api/keys", NewKey);
export const keysDelete = operation("DELETE", "/api/keys/{key_id}", is.nothing);
export const me = operation("GET", "/api/me", Me);
export const network = operation("GET", "/api/network", Network);
export const payoutsList = operation("GET", "/api/payouts", Payouts);
export const payoutsCreate = operation("POST", "/api/payouts", Payout);
export const payoutWalletsCreate = operation("POST", "/api/payouts/wallets", Wallet);
export const payoutWalletsDelete = operation("DELETE", "/api/payouts/wallets/{wallet}", is.nothing);
export const sessionsList = operation("GET", "/api/sessions", SessionList);
export const sessionsDeleteOthers = operation("DELETE", "/api/sessions", is.nothing);
export const sessionsDelete = operation("DELETE", "/api/sessions/{session_id}", is.nothing);
export const staking = operation("GET", "/api/staking", Staking);
export const stakingStake = operation("POST", "/api/staking/stake", Transactions);
export const stakingUnstake = operation("POST", "/api/staking/unstake", Transactions);
export const statement = operation("GET", "/api/statement", Statement);
export const treasury = operation("GET", "/api/treasury", Treasury);
export const welcome = operation("GET", "/api/welcome", Welcome);
export const workerChange = operation("PATCH", "/api/worker/{worker_id}", Changed);
export const workerRemove = operation("DELETE", "/api/worker/{worker_id}", is.nothing);
export const workerRegister = operation("POST", "/api/worker/register", Registered);
export const workerStats = operation("GET", "/api/worker/stats", Stats);
export const workerClaim = operation("POST", "/api/worker/claim", ClaimAnswer);
export const workerToken = operation("POST", "/api/worker/token", TokenAnswer);
export const workerComplete = operation("POST", "/api/worker/complete", CompleteAnswer);
export const workerFail = operation("POST", "/api/worker/fail", FailAnswer);
export const workerHeartbeat = operation("POST", "/api/worker/heartbeat", HeartbeatAnswer);
export const workerRelease = operation("POST", "/api/worker/release", ReleaseAnswer);
