/** A stack for as long as some work takes: what it starts ends with it. */
export function withStack<Result>(work: (stack: AsyncDisposableStack) => Promise<Result>): Promise<Result> {
  const stack = new AsyncDisposableStack();
  return work(stack).finally(() => stack.disposeAsync());
}
