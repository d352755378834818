import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emptyRecord, move } from '../../lib/audit/record.ts';
import { type By, isLegal, isOpen, type State, states, stepOf, transitions } from '../../lib/audit/states.ts';

const subject = { account: 'shop', scope: 'main', kind: 'endpoint', webhookId: 'a' } as const;
const inState = (state: State) => ({ ...emptyRecord(subject, 'fake', 'sandbox'), state, cycle: 1 });
const actors: By[] = [
  'scan',
  'approve',
  'auto',
  'enqueue',
  'veto',
  'lapse',
  'claim',
  'worker',
  'finish',
  'sweep',
  'restore',
];
const line = { actor: 'os:tester@here', detail: 'a test' };

describe('the table of states', () => {
  it('lets a record leave each open state and reach each end', () => {
    for (const state of states) {
      const leaves = transitions.some(({ from, to }) => from.includes(state) && to.some((one) => one !== state));
      expect([state, leaves]).toEqual([state, isOpen(state) || leaves]);
      expect([state, transitions.some(({ to }) => to.includes(state))]).toEqual([state, true]);
      expect(stepOf[state] === null || isOpen(state)).toBe(true);
    }
  });

  it('never leads from a delete that was called back to a disable, nor from an end into the middle', () => {
    const ends = states.filter((state) => !isOpen(state));
    for (const by of actors) {
      expect(isLegal('deleting', 'disabling', by)).toBe(false);
      expect(isLegal('deleting', 'observing', by)).toBe(false);
      for (const end of ends)
        for (const to of ['approved', 'disabling', 'observing', 'deleting'] as const)
          expect([end, to, by, isLegal(end, to, by)]).toEqual([end, to, by, false]);
      expect(isLegal('proposed', 'disabling', by)).toBe(false);
      expect(isLegal('approved', 'deleting', by)).toBe(false);
    }
  });

  it('is obeyed by every move: what it does not know is refused, what it knows is conditioned on where it may start', () => {
    for (const from of states)
      for (const to of states)
        for (const by of actors) {
          const attempt = () => move(inState(from), to, by, 0, line);
          if (!isLegal(from, to, by)) {
            expect(attempt).toThrow(`no way from ${from} to ${to} by ${by}`);
            continue;
          }
          const [clause] = attempt().condition ?? [];
          expect(clause).toMatchObject({ attribute: 'state', is: 'in', values: expect.arrayContaining([from]) });
        }
  });

  it('has no row that nobody uses', () => {
    const folder = new URL('../../lib/jobs/', import.meta.url);
    const code = readdirSync(folder)
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
      .join('\n');
    for (const by of new Set(transitions.flatMap((row) => row.by)))
      expect([by, code.includes(`'${by}'`)]).toEqual([by, true]);
  });
});

describe('a move', () => {
  it('into an open state carries its due date into the index, and an end drops all that was due', () => {
    const open = move(inState('proposed'), 'approved', 'approve', 5, line, { dueAt: 9, waitFor: 'notice' }).next;
    expect(open).toMatchObject({ due: expect.stringMatching(/^due#[0-3]$/), dueAt: 9, waitFor: 'notice' });
    const ended = move({ ...open, held: 'x', lease: { token: 't', until: 9 } }, 'kept', 'veto', 6, line).next;
    for (const gone of ['due', 'dueAt', 'waitFor', 'held', 'lease', 'pending', 'openUntil'] as const)
      expect([gone, ended[gone]]).toEqual([gone, undefined]);
  });

  it('writes its line and its state at once', () => {
    const { next } = move(inState('proposed'), 'approved', 'approve', 5, line);
    expect([next.state, next.history.at(-1)?.event, next.head]).toEqual([
      'approved',
      'approved',
      next.history.at(-1)?.hash,
    ]);
  });
});
