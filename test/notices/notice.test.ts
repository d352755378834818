import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { bytesOf, messagesOf } from '../../lib/notices/forms.ts';
import { noticeOf, type Section, sections, shellWord } from '../../lib/notices/notice.ts';
import { accountNamed } from '../jobs/world.ts';
import { telling } from './build.ts';

const at = Date.parse('2026-11-02T08:00:00Z');
const shop = accountNamed('shop', { environment: 'production' });
const anySection = fc.constantFrom(...(Object.keys(sections) as Section[]));

describe('a notice', () => {
  it('is nothing where there is nothing to tell', () => {
    expect(noticeOf(shop, [], at)).toBeNull();
  });

  it('puts first what is most urgent, and says so in its subject and level', () => {
    const notice = noticeOf(
      shop,
      [telling('deleted'), telling('announced'), telling('announced'), telling('alarm')],
      at,
    );
    expect(notice?.subject).toBe('hooksweep shop (production): 1 alarm, 2 to be cleaned up, 1 deleted');
    expect(notice?.level).toBe('alarm');
    expect(notice?.sections.map(({ section, count }) => [section, count])).toEqual([
      ['alarm', 1],
      ['announced', 2],
      ['deleted', 1],
    ]);
  });

  it('has a subject that SNS takes, whatever it tells: printable ASCII, under 100 characters', () => {
    const name = fc.stringMatching(/^[a-z0-9-]{1,40}$/);
    fc.assert(
      fc.property(name, fc.array(anySection, { minLength: 1, maxLength: 40 }), (account, told) => {
        const notice = noticeOf(
          accountNamed(account),
          told.map((section) => telling(section)),
          at,
        );
        expect(notice?.subject).toMatch(/^[\x20-\x7e]{1,99}$/);
      }),
    );
  });

  it('keeps what strangers wrote on one line, without control characters, and short', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const notice = noticeOf(shop, [telling('alarm', { text, url: text })], at);
        const [line] = notice?.sections[0]?.lines ?? [];
        for (const shown of [line?.text ?? '', line?.url ?? '']) {
          expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
          expect([...shown].length).toBeLessThanOrEqual(limits.noticeTextMax);
        }
      }),
    );
  });

  it('counts what it does not name', () => {
    const many = Array.from({ length: 250 }, (_, at) => telling('deleted', { record: `shop#main#endpoint#${at}` }));
    const notice = noticeOf(shop, many, at);
    expect(notice?.sections[0]).toMatchObject({ count: 250, lines: { length: limits.noticeLinesMax } });
    expect(notice && messagesOf(notice).email).toContain(`and ${250 - limits.noticeLinesMax} more`);
  });

  it('is below the limit of SNS with every list full of the longest names there are', () => {
    const record = `shop#${'%F0%9F%98%80'.repeat(60)}#endpoint#${'%22'.repeat(limits.idCharactersMax)}`;
    const hostile = {
      record,
      url: '"\\'.repeat(4096),
      text: '\u{1f600}'.repeat(500),
      command: `hooksweep veto ${record}`,
    };
    const all = (Object.keys(sections) as Section[]).map((section) => telling(section, hostile));
    const notice = noticeOf(shop, all, at, 1);
    expect(notice && bytesOf(notice)).toBeLessThan(limits.noticeBytesMax);
    expect(limits.noticeBytesMax).toBeLessThan(256 * 1024);
  });
});

describe('a command in a notice', () => {
  it('survives a shell as it is', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
        expect(execFileSync('sh', ['-c', script]).toString()).toBe(words.map((text) => `${text}\0`).join(''));
      }),
      { numRuns: 30 },
    );
  });
});
