// Loaded into Azurite before its own code (node --require). Azurite's standard input is a pipe whose other end
// only its parent holds. When the parent is gone, for whatever reason, the pipe ends and so does Azurite:
// no emulator outlives the test run or the demo that started it, on Linux and macOS alike.
process.stdin.on("close", () => process.exit(0));
process.stdin.resume();
process.stdin.unref(); // else the open pipe would keep a terminated Azurite from ending
