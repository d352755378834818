/** Every bound of hooksweep in one place: value, unit and reason. Going over one is a named outcome, never a silent cut. */
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

export const limits = {
  /** One provider call, from start to the end of its body. Slow providers answer lists within a few seconds. */
  callTimeoutMs: 10 * second,
  /** One provider answer. 10,000 webhooks of 1.5 KB fit. */
  answerBytesMax: 16 * 1024 * 1024,
  /** One webhook URL as a provider gives it; the longest documented limit of a provider is 1,000. */
  urlCharactersMax: 8192,
  /** One id; percent-encoded it still fits a DynamoDB partition key of 2,048 bytes with account and scope. */
  idCharactersMax: 256,
  /** Pages of one list. At 100 a page that is 50,000 webhooks; a list that goes on is taken for one that never ends. */
  listPagesMax: 500,
  /** Webhooks of one list whose deliveries are looked up, where that takes calls of their own. */
  deliveriesReadMax: 100,
  /** One question to DNS, with all that is tried again. */
  lookupTimeoutMs: 5 * second,
  /** Hosts of one account that are looked up in one scan: at the worst two minutes of the scanner's five. */
  lookupsPerScanMax: 500,
  /** Hosts looked up at a time; a resolver answers hundreds a second. */
  lookupsAtOnceMax: 20,
  /** Absences from DNS that are kept of one webhook, 25 bytes each. */
  absencesMax: 30,
  /** A credential that was read may be this old: so long a rotated one goes on being used, and so seldom a store is asked. */
  credentialAgeMs: 10 * minute,
  /** Turns at a provider are given this far ahead at most: a shift waits for them, and what it listed must stay fresh. */
  turnHorizonMs: 15 * second,
  /** The way back may have turns that are farther off, so that it never stands behind others. */
  turnHorizonBackMs: 25 * second,
  /** From a claim to its call: a table write and a read. Calls wait for their turn after both. */
  turnLeadMs: 100,
  /**
   * A caller whose lock keeps all others from calling may be this late for its turn: a busy machine needs that seldom, and whoever
   * comes after a crash waits as much longer.
   */
  turnLateMs: 5 * second,
  /** The same for a list of somebody without the lock: a list goes out at once, and who has the lock next waits for it. */
  passLateMs: second,
  /** Of what a provider says an account may call, this share is left alone: the lists that end a batch, and who else shares it. */
  quotaReservePercent: 2,
  /** Times that a call that missed its turn is given another, before it waits like any other. */
  turnsMissedMax: 3,
  /** How long one call is taken to last where nobody measured it. */
  callPaceMs: 250,
  /** Webhooks that a scope's item knows to be deleted since its last good list, 8 bytes each: two kilobytes of every lock. */
  goneMax: 256,
  /** A lock is renewed before a call when less of it is left: the call's time-out and its claim. */
  lockRestMs: 15 * second,
  /** Calls under way at one account at a time. */
  callsAtOnceMax: 4,
  /** Accounts scanned side by side in one process: each has up to 10,000 webhooks of 1.5 KB in memory, of 1,024 MB. */
  accountsAtOnceMax: 8,
  /** From a scan's last list to its end: at the worst two minutes of look-ups, and the writes. No list goes on later. */
  scanRestMs: 150 * second,
  /** No list of a scan begins with less left of the time for lists: one of usual length ends in it. */
  listSpanMs: 30 * second,
  /** Parts of a scan that follow each other by message. Lambda ends a chain of invocations at sixteen. */
  scanPartsMax: 10,
  /** What an earlier part of a scan found is used for so long; then the scan begins anew. */
  scanRoundMs: 24 * hour,
  /** Scopes of one account that are listed side by side; no more calls than that go out at once. */
  scopesAtOnceMax: 4,
  /** Lock on a scope; a call starts only while more than `callTimeoutMs` of it is left. */
  scopeLeaseMs: 30 * second,
  /** A list may be this old when a call that was judged on it starts. */
  listAgeMax: 60 * second,
  /** Our clock may differ this far from a provider's: what is promised of machines that share a table holds no further. */
  clockSkewMaxMs: 3 * second,
  /** From here on waits and signed tokens go wrong: GitHub grants App tokens a minute. */
  clockSkewBadMs: minute,
  /** After a call timed out its effect may still land for this long. */
  lateEffectMs: 10 * minute,
  /** Between two looks for the late effect of a call that nobody answered, however short a policy has the cap of retries. */
  readbackMaxMs: 5 * minute,
  /** Waits up to this go by SQS visibility, longer ones by the record's `dueAt`. */
  shortWaitMs: 60 * second,
  /** Entries of one open cycle kept in the record; over it the record is held for a person. */
  historyMax: 16,
  /** No claim (conditional write) is made on a larger item; DynamoDB itself ends at 400 KB. */
  itemBytesMax: 256 * 1024,
  /** Cycles of one record: one a day for 27 years. A larger number in the table is no number of cycles. */
  cyclesMax: 10_000,
  /** Pages of one plan, or of what one scan saw, at 128 KB each: far more than any account has. */
  pagesMax: 10_000,
  /** Days of which a back-test finds a scope's population: a quarter, as long as the default of `stale`. */
  snapshotDaysMax: 90,
  /** One scope's population of one day, for back-tests: about 7,000 webhooks of 600 bytes. */
  snapshotBytesMax: 4 * 1024 * 1024,
  /** A plan that nobody approved lapses. */
  planLapseMs: 7 * 24 * hour,
  /** Pause of an account whose credential was refused; a working scan or `start` ends it earlier. */
  credentialPauseMs: hour,
  /** Pause after a throttle that names no time. */
  throttlePauseMs: 30 * second,
  /** A longer `Retry-After` is cut to this, so that a broken header cannot park an account for ever. */
  retryAfterMaxMs: 24 * hour,
  /** Steps of unknown outcome older than this raise an alarm. */
  unknownAlarmMs: 24 * hour,
  /** The sweep sends nothing while the queue holds more. */
  queueDepthMax: 1000,
  /** Times that the queue hands out a message before it is dead. */
  receivesMax: 20,
  /** The policy file. */
  policyBytesMax: 1024 * 1024,
  /** Accounts in one policy file; each is compared with all others. */
  policyAccountsMax: 1000,
  /** YAML aliases resolved in a policy file, times what they stand for: enough for reuse, too few for a bomb. */
  policyAliasesMax: 100,
  /** A duration in a policy file. Ten years: a longer wait is a slip of the pen. */
  policyDurationMaxMs: 3660 * 24 * hour,
  /** Records on one page of an audit query, unless fewer are asked for: a page then takes about a second. */
  pageRecordsMax: 500,
  /** One page of an audit query as JSON. */
  pageBytesMax: 4 * 1024 * 1024,
  /** Time between two looks of `audit --follow`: soon enough for a person, and 30 reads a minute for the table. */
  followIntervalMs: 2 * second,
  /** How far each look goes back: clocks of writers differ by seconds, and an index lags less than that. */
  followSlackMs: minute,
  /** One file of an export is closed when it is as large as this. */
  exportFileBytes: 32 * 1024 * 1024,
  /** The largest file of an export that is read back: one file and the largest story that may end it. */
  exportFileBytesMax: 256 * 1024 * 1024,
  /** One form of the console: a reason, and up to `pageRecordsMax` names of records. */
  consoleFormBytesMax: 64 * 1024,
  /** A form of the console that was opened longer ago shows what may have changed since, and is not taken. */
  consoleFormMs: hour,
  /** A reason that a person gives in the console: what a line of a history keeps, less the words around it. */
  reasonCharactersMax: 400,
  /** Webhooks in each list of the console's overview; the list of all has pages. */
  consoleRowsMax: 50,
  /** How far the overview looks back for what was deleted or failed. */
  consoleLookBackMs: 30 * 24 * hour,
  /** Time between two looks of an open page: soon enough for a person, and 30 reads a minute for the table. */
  consoleLookMs: 2 * second,
  /** The same over a deployed stack, where each look is a call of a function. */
  consoleStackLookMs: 15 * second,
  /** How long a command waits for another that has the folder: most have it for milliseconds, an audit of a year for seconds. */
  folderWaitMs: 10 * second,
  /** Time between two tries to get hold of the folder. */
  folderLookMs: 100,
  /** Plans and records named in one request of a person. */
  targetsMax: 1000,
  /** A request or an answer of a function as plain JSON; larger ones travel compressed, for Lambda ends at 6 MB. */
  invokeBytesMax: 5 * 1024 * 1024,
  /** The same unpacked: what fits into a function's memory with room for the work. */
  unpackedBytesMax: 64 * 1024 * 1024,
  /** A function answers a person within this, its own timeout of a minute included. */
  askTimeoutMs: 75 * second,
  /** STS tells within this who asks. */
  identityTimeoutMs: 5 * second,
  /** A plan file. */
  planBytesMax: 256 * 1024 * 1024,
  /** One notice as it is published, all its forms and attributes together: SNS takes 256 KB, the rest is its envelope. */
  noticeBytesMax: 224 * 1024,
  /** Lines of one list in a notice; what is left out is counted. Nobody reads a longer mail. */
  noticeLinesMax: 100,
  /** Characters of one text in a notice: a URL, a name, a reason. */
  noticeTextMax: 240,
  /** Subject of a mail: SNS takes less than 100. */
  noticeSubjectMax: 99,
  /** Body of a card in a chat. Slack shows 3,000 characters of a text block. */
  noticeCardMax: 2800,
  /** Notices gather what happened for this long, so that a plan that goes in waves does not send a mail a wave. */
  noticeEveryMs: 5 * minute,
  /** How long a line of a story may be late: a scan's five minutes, clocks that differ, an index that lags. */
  noticeLateMs: 10 * minute,
  /** A standing alarm that went and came back within this is not told again. */
  noticeAgainMs: 24 * hour,
  /** Lines of stories remembered as told, 16 characters each; those beyond it would be told twice. */
  noticeToldMax: 5000,
  /** The sweep's schedule. */
  sweepEveryMs: minute,
} as const;
