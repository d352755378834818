import type { Reporter, TestModule } from 'vitest/node';

/** Closes the run with one plain line that people and machines find: `412 passed, 0 failed`. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const count = (state: string) => states.filter((found) => found === state).length;
    // A file that could not be loaded, a hook that failed and an error outside of any test fail the run too.
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const errors = unhandled.length + suites.reduce((sum, suite) => sum + suite.errors().length, 0);
    const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
    process.stdout.write(`${count('passed')} passed, ${count('failed') + errors} failed${skipped}\n`);
  }
}
