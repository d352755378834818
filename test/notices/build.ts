import type { Section, Telling } from '../../lib/notices/notice.ts';

export const telling = (section: Section, over: Partial<Telling['line']> = {}): Telling => ({
  section,
  line: {
    record: 'shop#main#endpoint#a',
    url: 'https://a.loca.lt/hook',
    text: 'switched off from 2026-11-03 08:00Z; test: host ends in loca.lt',
    command: "hooksweep veto 'shop#main#endpoint#a' --reason ...",
    ...over,
  },
});
