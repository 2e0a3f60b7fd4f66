import { AsyncLocalStorage } from "node:async_hooks";
import { type Context, type ContextManager, ROOT_CONTEXT } from "@opentelemetry/api";

/**
 * Keeps the active context of OpenTelemetry, across awaits only while somebody holds it.
 *
 * Before Node.js 24, an `AsyncLocalStorage` that has been used once makes every promise and callback of the process
 * slower, for a sign-in by about a fifth. If few calls are recorded, it is turned off between them.
 */
export class CallContexts implements ContextManager {
  private readonly storage = new AsyncLocalStorage<Context>();
  private holders = 0;
  /** The context while nobody holds; it then lasts for a synchronous call. */
  private current = ROOT_CONTEXT;

  /** Keeps contexts across awaits until the returned function is called, which has an effect once. */
  hold(): () => void {
    this.holders += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.holders -= 1;
      if (this.holders === 0) this.storage.disable();
    };
  }

  active(): Context {
    return this.holders > 0 ? (this.storage.getStore() ?? ROOT_CONTEXT) : this.current;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    work: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const run = () => work.call(thisArg, ...args) as ReturnType<F>;
    if (this.holders > 0) return this.storage.run(context, run);
    const before = this.current;
    this.current = context;
    try {
      return run();
    } finally {
      this.current = before;
    }
  }

  bind<T>(context: Context, target: T): T {
    if (typeof target !== "function") return target;
    return ((...args: unknown[]) => this.with(context, () => target(...args))) as T;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.storage.disable();
    return this;
  }
}
