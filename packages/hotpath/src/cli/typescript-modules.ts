/**
 * Modules of a project that are written in TypeScript and run by Node.js as they are. TypeScript lets a module name
 * another as it will be compiled, `./post.js`, and Node.js looks for it as it is named.
 */
import { registerHooks } from 'node:module';

let isHooked = false;

/** Lets every import of this process that finds no `./post.js` find `./post.ts`. */
export function resolveTypeScript(): void {
  if (isHooked) return;
  isHooked = true;
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        const source = specifier.replace(/\.([cm]?)js$/, '.$1ts');
        if (source === specifier || !/^(\.|file:)/.test(specifier)) throw error;
        return next(source, context);
      }
    },
  });
}
