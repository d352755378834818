import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embedded } from '../../lib/report/embed.ts';
import { renderReport } from '../../lib/report/report.ts';
import { accountPlan, item, mixed, plan } from './plan.ts';

const inline = (page: string, name: 'script' | 'style'): string[] =>
  [...page.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(([, text]) => text ?? '');
const policyOf = (page: string): string => /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';

/** What the page holds besides its own style and script. */
const body = (page: string): string =>
  page.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<script>[\s\S]*?<\/script>/, '');

describe('text of somebody else in a report', () => {
  it('ends no element and opens none, wherever it stands', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('</script><b>', '<!--<script>', '"><img src=x onerror=1>', "' onfocus='1", '\u202e</li>', ']]>'),
    );
    const tags = (page: string) => (body(page).match(/<[^>]*>/g) ?? []).length;
    const make = (texts: readonly string[]) => {
      const items = texts.map((text) => {
        const finding = { rule: 'test', confidence: 'security', evidence: text, proposes: true } as const;
        return item('1', { url: text, name: text, scope: text, webhookId: text, events: [text], findings: [finding] });
      });
      const scopes = texts.map((text) => {
        const error = { code: 'x', message: text, hint: text };
        return { scope: text, status: 'error', webhooks: 0, error } as const;
      });
      return renderReport(plan(items, { accounts: [accountPlan('shop', { scopes })], warnings: texts }), texts.join());
    };
    const expected = tags(make(Array.from({ length: 20 }, () => 'plain')));
    const texts = fc.array(hostile, { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(texts, (found) => tags(make(found)) === expected),
      { numRuns: 20 },
    );
  });

  it('turns, hides and steers nothing', () => {
    const page = renderReport(plan([item('1', { url: 'https://a.example/\u202egnp.exe', name: '\u200b\u009b' })]), '');
    expect(page).not.toMatch(/[\u202e\u200b\u009b]/);
    expect(page).toContain('u{202e}');
  });

  it('is the same value again when the embedded data is parsed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = String(embedded([text]));
        expect(json).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(json)).toEqual([text]);
      }),
    );
  });
});

describe('the policy of a report', () => {
  const page = renderReport(plan(mixed), 'nothing was changed');

  it('allows exactly the one script and the one style that it brings', () => {
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [policy, scripts, styles] = [
      policyOf(page).replaceAll('&#39;', "'"),
      inline(page, 'script'),
      inline(page, 'style'),
    ];
    expect([scripts.length, styles.length]).toEqual([1, 1]);
    expect(policy).toContain(
      `default-src 'none'; script-src ${hash(scripts[0] ?? '')}; style-src ${hash(styles[0] ?? '')}`,
    );
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  it('stands before anything that it governs', () => {
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style>'));
  });

  it('has nothing to load, send or follow', () => {
    expect(body(page)).not.toMatch(/\s(?:src|href|action|style|on\w+)=/);
    expect(inline(page, 'style').join('')).not.toMatch(/url\(|@import/);
  });
});

describe('a report', () => {
  it('tells first of accounts that could not be read, and what to do', () => {
    const error = { code: 'credential', message: 'the key was refused', hint: 'check the key' };
    const broken = accountPlan('erp', {
      status: 'error',
      scopes: [{ scope: 'erp', status: 'error', webhooks: 0, error }],
    });
    const page = renderReport(plan(mixed, { accounts: [accountPlan(), broken] }), '');
    expect(page).toMatch(
      /Could not be read completely[\s\S]*erp[\s\S]*the key was refused[\s\S]*check the key[\s\S]*Totals/,
    );
    expect(renderReport(plan(mixed), '')).not.toContain('Could not be read');
  });

  it('says where nothing was found', () => {
    expect(renderReport(plan([]), '')).toContain('No rule matched any webhook');
  });

  it('explains each reason for which a person is asked', () => {
    expect(renderReport(plan(mixed), '')).toContain('The policy lets nothing go without a person');
  });
});
