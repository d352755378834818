import type { Json } from '../canonical.ts';
import type { Ms } from '../clock.ts';

export type Mode = 'report' | 'approve' | 'auto';
export type Environment = 'sandbox' | 'production';

/** The rules that are on, with their parameters. A rule that is absent is off. */
export type Rules = {
  test?: { afterMs: Ms; hosts: readonly string[] };
  duplicate?: { keep: 'newest' | 'oldest' | 'pinned' };
  stale?: { afterMs: Ms };
  disabled?: { afterMs: Ms };
  'retired-host'?: { hosts: readonly string[] };
  'superseded-secret'?: { overlapMs: Ms; keep: number };
  unresolvable?: { scans: number; apartMs: Ms };
};
export type RuleName = keyof Rules;

/** Keys are and-ed; all but `because` are patterns as the policy file gives them. */
export type Protect = {
  id?: string;
  url?: string;
  host?: string;
  name?: string;
  event?: string;
  kind?: string;
  provider?: string;
  account?: string;
  because: string;
};

/** One account with everything it inherits already merged in and every default filled in. Times in milliseconds. */
export type Account = {
  name: string;
  provider: string;
  environment: Environment;
  /** No trailing slash. */
  baseUrl: string;
  /** References such as `env:NAME`, never values. */
  credentials: Readonly<Record<string, string>>;
  options: Readonly<Record<string, Json>>;
  mode: Mode;
  rules: Rules;
  protect: readonly Protect[];
  lifecycle: { noticeMs: Ms; observeMs: Ms };
  limits: {
    perRun: { count: number; percent: number };
    perDay: { count: number };
    shrink: { percent: number };
  };
  retry: { attempts: number; baseMs: Ms; capMs: Ms };
  notify: { sns?: string };
  keepLast: boolean;
};

export type Policy = {
  version: 1;
  accounts: readonly Account[];
  /** `sha256:` over the parsed policy with its defaults; credential references are in it, values never. */
  hash: string;
};
