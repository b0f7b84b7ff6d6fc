/**
 * Imports of a project's TypeScript modules that Node.js runs directly. TypeScript lets a module import another by its
 * compiled name, `./post.js`, but Node.js looks for a file of exactly that name.
 */
import { registerHooks } from 'node:module';

let isHooked = false;

/** Resolves each import of a missing `./post.js` in this process to `./post.ts`. */
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
