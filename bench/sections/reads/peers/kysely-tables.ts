/** The tables of the shapes, as Kysely knows them. */
interface Created {
  created_at: Date;
}

interface Named {
  id: number;
  name: string;
}

export interface Tables {
  users: Named & { email: string; avatar_url: string | null };
  categories: Named;
  merchants: Named & { category_id: number };
  transactions: Created & {
    id: number;
    user_id: number;
    merchant_id: number;
    amount: string;
    currency: string;
    status: string;
  };
  category_totals: { user_id: number; category_id: number; category: string; total: string; count: number };
  products: Named & Created & { merchant_id: number; price: string; image_url: string };
  inventories: { product_id: number; quantity: number };
  reviews: Created & {
    id: number;
    product_id: number;
    user_id: number;
    rating: number;
    title: string;
    body: string;
  };
  projects: Named & Created & { parent_id: number | null; description: string; status: string; updated_at: Date };
  permissions: { user_id: number; project_id: number; role: string };
  activities: Created & { id: number; project_id: number; user_id: number; kind: string; summary: string };
  posts: Created & { id: number; author_id: number; title: string };
  notifications: Created & { id: number; user_id: number; kind: string; title: string; read_at: Date | null };
  readings: { device_id: number; timestamp: Date; temperature: number; humidity: number };
}
