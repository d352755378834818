import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metrics } from '../../lib/log/metrics.ts';
import { parseLine } from '../cli/parsed.ts';

const text = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

/** Lines of each block of shell, continued ones joined. */
const lines = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  block
    .replace(/\\\n\s*/g, '')
    .trimEnd()
    .split('\n'),
);
const ofHooksweep = lines.filter((line) => line.startsWith('hooksweep'));

const sectionOf = (title: string): string | undefined =>
  text.split(/^#+ /m).find((section) => section.startsWith(`${title}\n`));

describe('the runbook', () => {
  it.each([...new Set(ofHooksweep)])('types %s as the command line takes it', (line) => {
    expect(() => parseLine(line)).not.toThrow();
  });

  it('holds nothing in its blocks but commands of hooksweep, AWS and osls', () => {
    expect(ofHooksweep.length).toBeGreaterThan(20);
    for (const line of lines) expect(line).toMatch(/^(hooksweep|aws [a-z0-9]+ [a-z-]+|npx osls)( |$)/);
  });

  it('has a section with something to type for each alarm that is deployed', () => {
    const infra = new URL('../../infra/', import.meta.url);
    const files = readdirSync(infra).filter((name) => name.endsWith('.yml'));
    const alarms = files.flatMap((name) => [
      ...readFileSync(new URL(name, infra), 'utf8').matchAll(/^ {2}(\w+):\n {4}Type: AWS::CloudWatch::Alarm$/gm),
    ]);
    expect(alarms.length).toBeGreaterThan(0);
    for (const [, name = ''] of alarms) expect(sectionOf(name), `a section ${name}`).toContain('```sh');
  });

  it('has one for each metric that is a failure', () => {
    const fine = ['ScansCompleted', 'Proposed', 'StepsDisabled', 'StepsDeleted'];
    for (const name of Object.keys(metrics).filter((metric) => !fine.includes(metric)))
      expect(text).toContain(`## ${name.replace(/s$/, '').replace(/Alarm$/, '')}`);
  });
});
