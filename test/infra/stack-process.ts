/** Run as a child process: starts the stack on the folder given, says so, and stays until it is killed or told to end. */
import { startStack } from '../../infra/local/stack.ts';

const stack = await startStack(process.argv[2] ?? '');
process.on('message', async () => {
  await stack.close();
  process.disconnect();
});
process.send?.({ token: stack.token });
