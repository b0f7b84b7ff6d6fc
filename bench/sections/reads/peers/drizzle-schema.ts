/** The tables and relations of the shapes, as Drizzle knows them. */
import { relations } from 'drizzle-orm';
import { char, doublePrecision, integer, numeric, pgTable, smallint, text, timestamp } from 'drizzle-orm/pg-core';

const time = (column: string) => timestamp(column, { withTimezone: true, precision: 3 });

export const users = pgTable('users', {
  id: integer('id').primaryKey(),
  name: text('name'),
  email: text('email'),
  avatarUrl: text('avatar_url'),
});
export const transactions = pgTable('transactions', {
  id: integer('id').primaryKey(),
  userId: integer('user_id'),
  merchantId: integer('merchant_id'),
  amount: numeric('amount'),
  currency: char('currency', { length: 3 }),
  status: text('status'),
  createdAt: time('created_at'),
});
export const merchants = pgTable('merchants', {
  id: integer('id').primaryKey(),
  name: text('name'),
  categoryId: integer('category_id'),
});
export const categories = pgTable('categories', { id: integer('id').primaryKey(), name: text('name') });
export const totals = pgTable('category_totals', {
  userId: integer('user_id'),
  categoryId: integer('category_id'),
  category: text('category'),
  total: numeric('total'),
  count: integer('count'),
});
export const products = pgTable('products', {
  id: integer('id').primaryKey(),
  merchantId: integer('merchant_id'),
  name: text('name'),
  price: numeric('price'),
  imageUrl: text('image_url'),
  createdAt: time('created_at'),
});
export const reviews = pgTable('reviews', {
  id: integer('id').primaryKey(),
  productId: integer('product_id'),
  userId: integer('user_id'),
  rating: smallint('rating'),
  title: text('title'),
  body: text('body'),
  createdAt: time('created_at'),
});
export const projects = pgTable('projects', {
  id: integer('id').primaryKey(),
  parentId: integer('parent_id'),
  name: text('name'),
  description: text('description'),
  status: text('status'),
  createdAt: time('created_at'),
  updatedAt: time('updated_at'),
});
export const permissions = pgTable('permissions', {
  userId: integer('user_id'),
  projectId: integer('project_id'),
  role: text('role'),
});
export const activities = pgTable('activities', {
  id: integer('id').primaryKey(),
  projectId: integer('project_id'),
  userId: integer('user_id'),
  kind: text('kind'),
  summary: text('summary'),
  createdAt: time('created_at'),
});
export const posts = pgTable('posts', {
  id: integer('id').primaryKey(),
  authorId: integer('author_id'),
  title: text('title'),
  createdAt: time('created_at'),
});
export const notifications = pgTable('notifications', {
  id: integer('id').primaryKey(),
  userId: integer('user_id'),
  kind: text('kind'),
  title: text('title'),
  readAt: time('read_at'),
  createdAt: time('created_at'),
});
export const readings = pgTable('readings', {
  deviceId: integer('device_id'),
  timestamp: time('timestamp'),
  temperature: doublePrecision('temperature'),
  humidity: doublePrecision('humidity'),
});

export const usersRelations = relations(users, ({ many }) => ({
  transactions: many(transactions),
  totals: many(totals),
  posts: many(posts),
  notifications: many(notifications),
}));
export const transactionsRelations = relations(transactions, ({ one }) => ({
  user: one(users, { fields: [transactions.userId], references: [users.id] }),
  merchant: one(merchants, { fields: [transactions.merchantId], references: [merchants.id] }),
}));
export const merchantsRelations = relations(merchants, ({ one }) => ({
  category: one(categories, { fields: [merchants.categoryId], references: [categories.id] }),
}));
export const totalsRelations = relations(totals, ({ one }) => ({
  user: one(users, { fields: [totals.userId], references: [users.id] }),
}));
export const productsRelations = relations(products, ({ many }) => ({ reviews: many(reviews) }));
export const reviewsRelations = relations(reviews, ({ one }) => ({
  product: one(products, { fields: [reviews.productId], references: [products.id] }),
  user: one(users, { fields: [reviews.userId], references: [users.id] }),
}));
export const projectsRelations = relations(projects, ({ many }) => ({
  permissions: many(permissions),
  activities: many(activities),
}));
export const permissionsRelations = relations(permissions, ({ one }) => ({
  project: one(projects, { fields: [permissions.projectId], references: [projects.id] }),
  user: one(users, { fields: [permissions.userId], references: [users.id] }),
}));
export const activitiesRelations = relations(activities, ({ one }) => ({
  project: one(projects, { fields: [activities.projectId], references: [projects.id] }),
  user: one(users, { fields: [activities.userId], references: [users.id] }),
}));
export const postsRelations = relations(posts, ({ one }) => ({
  author: one(users, { fields: [posts.authorId], references: [users.id] }),
}));
export const notificationsRelations = relations(notifications, ({ one }) => ({
  user: one(users, { fields: [notifications.userId], references: [users.id] }),
}));
