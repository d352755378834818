/** `node import-once.ts MODULE…`: the time of importing them one after the other, in milliseconds of this thread's CPU. */
const modules = process.argv.slice(2);
const before = process.threadCpuUsage();
for (const module of modules) await import(module);
const { user, system } = process.threadCpuUsage(before);
console.log((user + system) / 1000);
