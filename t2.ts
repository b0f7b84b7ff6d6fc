import { buildApp } from './src/app.ts';
import { loadConfig } from './src/config.ts';
import { createSigner } from 'fast-jwt';
const S='x'.repeat(40); const sign=createSigner({key:S,iss:'hotpath',aud:'hotpath',expiresIn:1e8});
const as=(u:any,role='user')=>({authorization:'Bearer '+sign({sub:String(u),role})});
const app = await buildApp(loadConfig({NODE_ENV:'test',BUDGET_MODE:'throw',LOG_LEVEL:'error',DATABASE_URL:process.env.DATABASE_URL!,JWT_SECRET:S}));
await app.ready();
for (const [url, h] of [['/v1/users/1/dashboard', as(1)], ['/v1/users/1/dashboard', {}], ['/v1/users/2/dashboard', as(1)], ['/v1/users/x/dashboard', as(1)], ['/v1/users/99999/dashboard', as(1,'admin')], ['/v1/products?limit=2',{}],['/v1/products?limit=2&inStock=true&price[gte]=10&fields=name,reviews(rating,user(name))',{}],['/v1/users/1/orders?status=pending&limit=1',as(1)],['/v1/readings?limit=2&device.status=active',as(1)],['/v1/devices/1/readings/hourly?limit=1',as(1)],['/v1/categories?limit=2&parentId[isNull]=true',{}]] as any) {
  const r = await app.inject({ url, headers: h });
  console.log(r.statusCode, url, r.headers['server-timing'], r.payload.slice(0, 500));
}
await app.close();
