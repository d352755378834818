#!/usr/bin/env node
/** `npx hooksweep` inside the checkout. Goes on under the Node that the checkout brings where the present one is too old. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { handOver } from '../../infra/child.mjs';

const nodeMajor = 24;
const checkoutNode = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= nodeMajor) {
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
} else if (existsSync(checkoutNode)) {
  handOver(checkoutNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
} else {
  console.error(
    `hooksweep: this is Node ${process.versions.node}, and hooksweep needs Node ${nodeMajor}. ` +
      'Run `npm ci` in the checkout, which brings it, or install it.',
  );
  process.exitCode = 1;
}
