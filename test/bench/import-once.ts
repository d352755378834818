/** `node import-once.ts FILE`: the time of one import, in milliseconds of this thread's CPU. */
const [file = ''] = process.argv.slice(2);
const before = process.threadCpuUsage();
await import(file);
const { user, system } = process.threadCpuUsage(before);
console.log((user + system) / 1000);
