import { describe, expect, it } from 'vitest';
import { type RunFacts, runExit } from '../../lib/cli/run-report.ts';

const scope = (status: 'complete' | 'incomplete' | 'error', code?: string) => ({
  scope: 'a',
  status,
  webhooks: 0,
  ...(code && { error: { code, message: 'm', hint: 'h' } }),
});
const good = { status: 'complete', scopes: [scope('complete')] } as const;
const half = { status: 'incomplete', scopes: [scope('complete'), scope('error', 'unreadable')] } as const;
const dark = { status: 'error', scopes: [scope('error', 'access')] } as const;
const shrunk = { status: 'incomplete', scopes: [scope('incomplete', 'shrink')] } as const;
const calm: RunFacts = { stopped: false, accounts: [good], failed: 0, held: 0, proposed: 0 };

describe('the exit code of a run', () => {
  it.each<[string, Partial<RunFacts>, number]>([
    ['all done', {}, 0],
    ['interrupted before the first scan', { accounts: [] }, 0],
    ['proposals wait', { proposed: 3 }, 2],
    ['a job failed', { failed: 1 }, 3],
    ['a record is held', { held: 1 }, 3],
    ['failed wins over proposals', { failed: 1, proposed: 3 }, 3],
    ['one scope is dark', { accounts: [half] }, 3],
    ['one account is dark', { accounts: [good, dark] }, 3],
    ['one account shrank', { accounts: [good, shrunk] }, 3],
    ['all accounts are dark', { accounts: [dark, dark], proposed: 1 }, 1],
    ['one dark, one shrunk: nothing was readable', { accounts: [dark, shrunk] }, 1],
    ['all shrank', { accounts: [shrunk] }, 4],
    ['stopped', { stopped: true, proposed: 1, failed: 1 }, 4],
    ['dark wins over stopped', { stopped: true, accounts: [dark] }, 1],
  ])('%s', (_name, facts, code) => {
    expect(runExit({ ...calm, ...facts })).toBe(code);
  });
});
