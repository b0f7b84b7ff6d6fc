/** The rows that are written and read: a few of everything, so that writers and readers meet. */
import { type Cell, type Change, textOf } from './journal.ts';

export const COUNTS = { user: 10, category: 4, product: 24, review: 24, notification: 20, transaction: 20 } as const;

export type Kind = keyof typeof COUNTS;

export const cellsOf = (kind: Kind): Cell[] =>
  Array.from({ length: COUNTS[kind] }, (_, index) => ({ kind, id: index + 1 }));

/** Where a cell can be: the rows that it can belong to. No place ever has more than a page of them. */
export function placesOf({ kind, id }: Cell): number[] {
  if (kind === 'product') return cellsOf('category').map((category) => category.id);
  if (kind === 'review') return [0, 5].map((step) => 1 + ((id + step) % (COUNTS.product / 2)));
  if (kind === 'notification' || kind === 'transaction') return cellsOf('user').map((user) => user.id);
  return [0];
}

const TABLES: Readonly<Record<string, { readonly table: string; readonly text: string; readonly owner?: string }>> = {
  user: { table: 'users', text: 'name' },
  category: { table: 'categories', text: 'name' },
  product: { table: 'products', text: 'name', owner: 'category_id' },
  review: { table: 'reviews', text: 'title', owner: 'product_id' },
  notification: { table: 'notifications', text: 'title', owner: 'user_id' },
  transaction: { table: 'transactions', text: 'description', owner: 'user_id' },
};

/** The statement that writes the next number into a row, and moves it where it belongs. */
export function updateOf({ cell, where }: Change, number: number): string {
  const { table, text, owner } = TABLES[cell.kind]!;
  const moved = owner ? `, ${owner} = ${where}` : '';
  return `UPDATE ${table} SET ${text} = '${textOf(cell, number)}'${moved} WHERE id = ${cell.id}`;
}

/** A row as COPY reads it. */
export function copyOf({ cell: { kind, id }, where }: Change, number: number): string {
  const text = textOf({ kind, id }, number);
  const values = {
    user: [id, `u${id}@example.com`, text],
    category: [id, text, `c${id}`, '', ''],
    product: [id, 1, where, text, `p${id}`, '', 1, ''],
    review: [id, where, id % COUNTS.user || COUNTS.user, 3, text, ''],
    notification: [id, where, 'system', text, ''],
    transaction: [id, where, 1, 1, text, '', '0000', '{}', '{}'],
  }[kind as Kind];
  return `${values.join('\t')}\n`;
}

const COLUMNS: Readonly<Record<Kind, string>> = {
  user: 'id, email, name',
  category: 'id, name, slug, description, icon_url',
  product: 'id, merchant_id, category_id, name, slug, description, price, image_url',
  review: 'id, product_id, user_id, rating, title, body',
  notification: 'id, user_id, kind, title, body',
  transaction: 'id, user_id, merchant_id, amount, description, reference, card_last4, location, metadata',
};

export const copyInto = (kind: Kind): string => `COPY ${TABLES[kind]!.table} (${COLUMNS[kind]}) FROM STDIN`;

/** Rows of which the faults write the text, and one of another table that shows the user to the view of totals. */
export const OWN = { user: 11, transaction: 21, category: 98 } as const;

/** A user that orders, a project that it may see for a while, and the product that it orders. */
export const BUYER = 12;
export const GRANTED = 1;
export const SHELF = { product: 90, stock: 1_000_000 } as const;

/** Rows that no writer writes. */
export const OTHERS = `
  INSERT INTO categories (id, name, slug, description, icon_url) VALUES (99, '', 'none', '', ''),
    (${OWN.category}, '', 'own', '', '');
  INSERT INTO merchants (id, category_id, name, legal_name, description, website_url, logo_url, support_email,
    support_phone, address, tax_id) VALUES (1, 99, '', '', '', '', '', '', '', '{}', '');
  INSERT INTO users (id, email, name) VALUES (${OWN.user}, 'own@example.com', ''),
    (${BUYER}, 'buyer@example.com', '');
  INSERT INTO projects (id, name, description) VALUES (${GRANTED}, '', '');
  INSERT INTO products (id, merchant_id, category_id, name, slug, description, price, image_url)
    VALUES (${SHELF.product}, 1, 99, '', 'shelf', '', 1, '');
  INSERT INTO inventories (product_id, quantity) VALUES (${SHELF.product}, ${SHELF.stock});
  INSERT INTO transactions (id, user_id, merchant_id, amount, description, reference, card_last4, location, metadata)
    VALUES (${OWN.transaction}, ${OWN.user}, 1, 1, '', '', '0000', '{}', '{}');
  SELECT setval('notifications_id_seq', 2000), setval('transactions_id_seq', 1000)`;

/** The texts of all rows. */
export const TEXTS = Object.values(TABLES)
  .map(({ table, text }) => `SELECT ${text} AS "text" FROM ${table}`)
  .join(' UNION ALL ');

/** Turns every text into one of a copy of the database. */
export const MARK_AS_COPY = Object.values(TABLES)
  .map(({ table, text }) => `UPDATE ${table} SET ${text} = translate(${text}, '~', '#')`)
  .join('; ');

/** The first write of every cell of a kind. */
export const firstOf = (kind: Kind): Change[] => cellsOf(kind).map((cell) => ({ cell, where: placesOf(cell)[0]! }));

/** A read: a URL, its viewer, and the cells that it shows. */
export interface Page {
  readonly path: string;
  /** The user that owns it; public without one. */
  readonly user?: number;
  shows(cell: Cell, where: number | undefined): boolean | undefined;
}

type Shows = Readonly<
  Partial<Record<Kind | 'view' | 'phone' | 'notice', (id: number, where: number) => boolean | undefined>>
>;

function page(path: string, shows: Shows, user?: number): Page {
  return {
    path,
    ...(user === undefined ? {} : { user }),
    shows({ kind, id }, where) {
      const belongs = shows[kind as keyof Shows];
      return belongs === undefined || where === undefined ? false : belongs(id, where);
    },
  };
}

export function pages(): Page[] {
  const products = cellsOf('product').map(({ id: product }) =>
    page(`/v1/products/${product}?fields=name,reviewCount,category(name),reviews(title)`, {
      product: (id) => id === product,
      category: () => undefined,
      review: (_, where) => where === product,
    }),
  );
  const categories = cellsOf('category').map(({ id: category }) =>
    page(`/v1/products?categoryId=${category}&limit=100&fields=name,category(name)`, {
      product: (_, where) => where === category,
      category: (id) => (id === category ? undefined : false),
    }),
  );
  const users = cellsOf('user').flatMap(({ id: user }) => {
    const own: Shows = { user: (id) => id === user, transaction: (_, where) => where === user };
    return [
      page(
        `/v1/users/${user}?fields=name,notifications(title),transactions(description)`,
        { ...own, notification: (_, where) => where === user },
        user,
      ),
      page(
        `/v1/users/${user}/dashboard?fields=name,transactions(description,merchant(name)),totals`,
        // The totals have a text for each user with transactions.
        { ...own, view: () => undefined },
        user,
      ),
    ];
  });
  return [
    page('/v1/categories?fields=name', { category: () => true }),
    ...ownPages(),
    ...categories,
    ...products,
    ...users,
  ];
}

/** The pages on which the faults' own writes show: the user's name and telephone number, a text of the totals, a notification. */
export function ownPages(): [user: Page, view: Page, notice: Page] {
  const { user } = OWN;
  const own = (_: number, where: number) => where === user;
  return [
    page(`/v1/users/${user}?fields=name,phone`, { user: (id) => id === user, phone: own }, user),
    page(`/v1/users/${user}/dashboard?fields=name,totals`, { user: (id) => id === user, view: own }, user),
    page(`/v1/users/${user}?fields=name,notifications(title)`, { user: (id) => id === user, notice: own }, user),
  ];
}

/** Public pages of the own category: one whose answers a shared cache may keep, and one for which it asks each time. */
export const keptPages = (): Page[] =>
  ['/v1/kept/categories', '/v1/categories'].map((path) =>
    page(`${path}?id[in]=${OWN.category}&fields=name`, { category: (id) => id === OWN.category }),
  );

/** The category that has a key, which is the own one while it belongs to the own user's place. */
export const slugPage = (slug: string): Page =>
  page(`/v1/categories?slug=${slug}&fields=name`, {
    category: (id, where) => id === OWN.category && where === OWN.user,
  });
