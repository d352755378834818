import { describe, expect, it } from 'vitest';
import { type OutcomeTable, outcomeOf, unlisted } from '../../lib/providers/outcome.ts';
import { answer } from './modulus-account.ts';

const table: OutcomeTable = { codeField: 'code', referenceField: 'ref', rows: [] };
const reading = { mutating: false, secrets: [] };
const mutating = { mutating: true, secrets: [] };

describe('without rows of its own a provider that answers', () => {
  it.each([
    [200, 'done', 'done'],
    [204, 'done', 'done'],
    [302, 'refused', 'refused'],
    [400, 'refused', 'refused'],
    [401, 'retry', 'retry'],
    [403, 'retry', 'retry'],
    [404, 'gone', 'gone'],
    [408, 'retry', 'retry'],
    [409, 'refused', 'refused'],
    [410, 'gone', 'gone'],
    [425, 'retry', 'retry'],
    [429, 'retry', 'retry'],
    [451, 'refused', 'refused'],
    [500, 'retry', 'unknown'],
    [503, 'retry', 'unknown'],
    [599, 'retry', 'unknown'],
    [700, 'retry', 'unknown'],
    [9999, 'retry', 'unknown'],
  ])('HTTP %i means %s when reading and %s when changing', (status, read, changed) => {
    expect(outcomeOf(answer(status), table, reading).kind).toBe(read);
    expect(outcomeOf(answer(status), table, mutating).kind).toBe(changed);
  });

  it('with 503 and Retry-After is unknown when changing, and a pause when reading', () => {
    const busy = { ...answer(503), retryAfterMs: 7000 };
    expect(outcomeOf(busy, table, mutating).kind).toBe('unknown');
    expect(outcomeOf(busy, table, reading)).toMatchObject({ kind: 'retry', pause: 'throttle', afterMs: 7000 });
  });

  it('with success that cannot be read is not believed, and with a failure is', () => {
    const broken = (status: number) =>
      ({
        kind: 'unreadable',
        status,
        headers: new Headers(),
        retryAfterMs: null,
        why: 'the body is not JSON',
      }) as const;
    expect(outcomeOf(broken(200), table, mutating).kind).toBe('unknown');
    expect(outcomeOf(broken(200), table, reading).kind).toBe('retry');
    expect(outcomeOf(broken(404), table, mutating).kind).toBe('gone');
  });
});

describe('a provider that does not answer', () => {
  it('may have done it only where the request may have arrived', () => {
    const lost = { kind: 'lost', why: 'x' } as const;
    expect(outcomeOf(lost, table, mutating).kind).toBe('unknown');
    expect(outcomeOf(lost, table, reading).kind).toBe('retry');
    expect(outcomeOf({ kind: 'unsent', why: 'x', again: true }, table, mutating).kind).toBe('retry');
    expect(outcomeOf({ kind: 'unsent', why: 'x', again: false }, table, mutating).kind).toBe('refused');
  });
});

describe('a row of a provider', () => {
  const rows = [{ status: 404, code: /^no_such$/, kind: 'refused', why: 'own' } as const];

  it('goes before the default, by status and code, never by the message', () => {
    const own = { ...table, rows };
    expect(outcomeOf(answer(404, { code: 'no_such' }), own, mutating).kind).toBe('refused');
    expect(outcomeOf(answer(404, { code: 'other', message: 'no_such' }), own, mutating).kind).toBe('gone');
    expect(outcomeOf(answer(404, Object.create({ code: 'no_such' })), own, mutating).kind).toBe('gone');
    expect(outcomeOf(answer(404, null), own, mutating).kind).toBe('gone');
  });

  it.each([['a b'], ['<script>'], ['x'.repeat(65)], [{}], [''], ['line\nbreak']])('never shows the code %j', (code) => {
    expect(outcomeOf(answer(404, { code, ref: code }), table, mutating).why).toBe(
      'not there for this credential (HTTP 404)',
    );
  });
});

describe('a list', () => {
  it('that is not there at all is an error that names baseUrl', () => {
    const listing = unlisted(outcomeOf(answer(404), table, reading));
    expect(listing).toMatchObject({
      status: 'error',
      outcome: { kind: 'refused', why: expect.stringMatching(/baseUrl/) },
    });
  });
});
