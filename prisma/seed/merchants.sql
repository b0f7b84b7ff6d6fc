-- Categories, three levels deep: 6 departments, 18 aisles, 36 shelves; and the merchants, each of which sells from one shelf.

CREATE TEMPORARY TABLE departments ON COMMIT DROP AS
SELECT * FROM (VALUES
  (1, 'Food and Drink', '{Grocers,Delicatessen,Provisions,Pantry,Larder,Food Hall}'::text[],
    '{Organic,Artisan,Slow-Roasted,Stone-Ground,Sun-Dried,Cold-Pressed,Small-Batch,Unsalted}'::text[],
    '{Andalusian,Alpine,Sicilian,Breton,Tuscan,Baltic,Provencal,Bavarian}'::text[],
    '{250 g,500 g,750 g,1 kg,Family Pack,Tasting Set}'::text[]),
  (2, 'Home and Garden', '{Interiors,Living,Furnishings,Hardware,Garden Centre,Homewares}',
    '{Foldable,Stackable,Handmade,Weatherproof,Compact,Adjustable,Modular,Rustic}',
    '{Oak,Walnut,Bamboo,Stoneware,Linen,Cast-Iron,Rattan,Glass}',
    '{Small,Medium,Large,Set of 2,Set of 4,Limited Edition}'),
  (3, 'Electronics', '{Electronics,Digital,Audio,Computing,Devices,Signals}',
    '{Wireless,Portable,Noise-Cancelling,Rugged,Ultra-Slim,Smart,Fast-Charging,Dual-Band}',
    '{Aluminium,Carbon,Titanium,Ceramic,Graphite,Polymer,Magnesium,Copper}',
    '{Gen 2,Gen 3,Pro,Mini,Max,2025 Edition}'),
  (4, 'Fashion', '{Apparel,Tailors,Clothing,Outfitters,Studio,Atelier}',
    '{Relaxed,Slim-Fit,Reversible,Quilted,Pleated,Lightweight,Padded,Everyday}',
    '{Cotton,Merino,Denim,Leather,Linen,Corduroy,Cashmere,Hemp}',
    '{Size S,Size M,Size L,Size XL,Petite,Tall}'),
  (5, 'Sports and Outdoors', '{Sports,Outdoor,Expeditions,Mountain Works,Cycles,Athletics}',
    '{Ultralight,Waterproof,All-Terrain,Breathable,Reinforced,Trail,Competition,Beginner}',
    '{Carbon,Ripstop,Neoprene,Aluminium,Nylon,Fleece,Titanium,Composite}',
    '{Size S,Size M,Size L,Junior,1 Person,2 Persons}'),
  (6, 'Health and Beauty', '{Apothecary,Wellness,Botanicals,Pharmacy,Care,Cosmetics}',
    '{Soothing,Fragrance-Free,Nourishing,Gentle,Purifying,Hydrating,Vegan,Overnight}',
    '{Lavender,Oat,Aloe,Rosehip,Chamomile,Sea Salt,Almond,Green Tea}',
    '{50 ml,100 ml,200 ml,Refill,Travel Size,Gift Box}')
) AS department (id, name, companies, traits, materials, variants);

CREATE TEMPORARY TABLE shelves ON COMMIT DROP AS
SELECT * FROM (VALUES
  (1, 'Pantry', 'Oils and Vinegars', '{Olive Oil,Walnut Oil,Balsamic Vinegar,Chilli Oil,Cider Vinegar}'::text[]),
  (2, 'Pantry', 'Pasta and Grains', '{Spaghetti,Risotto Rice,Polenta,Rye Flour,Granola}'),
  (3, 'Drinks', 'Coffee and Tea', '{Espresso Beans,Filter Coffee,Black Tea,Herbal Tea,Cocoa}'),
  (4, 'Drinks', 'Juices and Sodas', '{Apple Juice,Ginger Beer,Tonic Water,Elderflower Cordial,Grape Juice}'),
  (5, 'Fresh', 'Cheese', '{Goat Cheese,Mountain Cheese,Blue Cheese,Ricotta,Pecorino}'),
  (6, 'Fresh', 'Bakery', '{Sourdough Loaf,Rye Bread,Butter Biscuits,Almond Cake,Crispbread}'),
  (7, 'Furniture', 'Living Room', '{Bookshelf,Coffee Table,Armchair,Floor Lamp,Sideboard}'),
  (8, 'Furniture', 'Bedroom', '{Bed Frame,Nightstand,Wardrobe,Reading Lamp,Dresser}'),
  (9, 'Kitchen', 'Cookware', '{Frying Pan,Casserole,Saucepan,Roasting Tin,Tea Kettle}'),
  (10, 'Kitchen', 'Tableware', '{Dinner Plate,Serving Bowl,Water Jug,Cutlery Set,Espresso Cup}'),
  (11, 'Garden', 'Garden Tools', '{Pruning Shears,Hand Trowel,Watering Can,Rake,Potting Bench}'),
  (12, 'Garden', 'Planters', '{Planter,Raised Bed,Window Box,Hanging Basket,Trellis}'),
  (13, 'Computers', 'Laptops', '{Laptop,Docking Station,Laptop Stand,Tablet,Laptop Sleeve}'),
  (14, 'Computers', 'Keyboards and Mice', '{Mechanical Keyboard,Trackball,Mouse,Numeric Keypad,Drawing Tablet}'),
  (15, 'Sound', 'Headphones', '{Headphones,Earbuds,Studio Monitor,Headset,Headphone Amplifier}'),
  (16, 'Sound', 'Speakers', '{Speaker,Soundbar,Turntable,Radio,Subwoofer}'),
  (17, 'Phones', 'Smartphones', '{Smartphone,Phone Case,Screen Protector,Car Mount,Gimbal}'),
  (18, 'Phones', 'Chargers and Cables', '{Charger,Power Bank,USB-C Cable,Charging Pad,Travel Adapter}'),
  (19, 'Clothing', 'Jackets', '{Parka,Rain Jacket,Blazer,Waistcoat,Trench Coat}'),
  (20, 'Clothing', 'Shirts', '{Shirt,Polo,Overshirt,Blouse,T-Shirt}'),
  (21, 'Shoes', 'Boots', '{Chelsea Boots,Hiking Boots,Ankle Boots,Winter Boots,Desert Boots}'),
  (22, 'Shoes', 'Trainers', '{Trainers,Running Shoes,Slip-Ons,High-Tops,Court Shoes}'),
  (23, 'Accessories', 'Bags', '{Backpack,Tote Bag,Messenger Bag,Weekender,Belt Bag}'),
  (24, 'Accessories', 'Hats and Scarves', '{Beanie,Scarf,Sun Hat,Flat Cap,Shawl}'),
  (25, 'Camping', 'Tents', '{Tent,Tarp,Bivouac,Hammock,Groundsheet}'),
  (26, 'Camping', 'Sleeping Bags', '{Sleeping Bag,Sleeping Mat,Camp Pillow,Quilt,Liner}'),
  (27, 'Cycling', 'Bicycles', '{Touring Bicycle,Gravel Bicycle,City Bicycle,Folding Bicycle,Cargo Bicycle}'),
  (28, 'Cycling', 'Cycling Gear', '{Helmet,Pannier,Bicycle Lock,Floor Pump,Tail Light}'),
  (29, 'Fitness', 'Yoga', '{Yoga Mat,Yoga Block,Bolster,Strap,Meditation Cushion}'),
  (30, 'Fitness', 'Strength', '{Kettlebell,Dumbbell Pair,Pull-Up Bar,Resistance Band,Jump Rope}'),
  (31, 'Skin Care', 'Face', '{Face Cream,Serum,Cleanser,Toner,Eye Balm}'),
  (32, 'Skin Care', 'Body', '{Body Lotion,Hand Cream,Shower Gel,Body Oil,Bath Salts}'),
  (33, 'Hair', 'Shampoo', '{Shampoo,Shampoo Bar,Dry Shampoo,Scalp Tonic,Kids Shampoo}'),
  (34, 'Hair', 'Styling', '{Styling Cream,Hair Oil,Texturising Spray,Pomade,Leave-In Conditioner}'),
  (35, 'Wellness', 'Aromatherapy', '{Essential Oil,Scented Candle,Diffuser,Room Spray,Incense}'),
  (36, 'Wellness', 'Supplements', '{Magnesium Capsules,Vitamin Drops,Protein Powder,Herbal Tablets,Electrolyte Mix}')
) AS shelf (id, aisle, name, nouns);

INSERT INTO categories (id, parent_id, name, slug, description, icon_url, created_at, updated_at)
SELECT DISTINCT ON (node.id)
  node.id, node.parent_id, node.name, pg_temp.slug(node.name),
  node.name || ' of every kind: chosen by hand, compared by price and rating, and sent from all over Europe.',
  'https://cdn.example.com/icons/categories/' || pg_temp.slug(node.name) || '.svg',
  pg_temp.now() - interval '44000 hours',
  pg_temp.now() - interval '9000 hours' * pg_temp.draw(node.id, 'category.updated')
FROM shelves
JOIN departments ON departments.id = (shelves.id + 5) / 6
CROSS JOIN LATERAL (VALUES
  (departments.id, NULL, departments.name),
  (6 + (shelves.id + 1) / 2, departments.id, aisle),
  (24 + shelves.id, 6 + (shelves.id + 1) / 2, shelves.name)
) AS node (id, parent_id, name)
ORDER BY node.id;

CREATE OR REPLACE FUNCTION pg_temp.houses() RETURNS text[] IMMUTABLE PARALLEL SAFE RETURN
'{Alder,Amber,Anchor,Ashdown,Aurora,Bellweather,Birch,Blue Harbour,Bramble,Brightwater,Calder,Cedar,Cobalt,Copperfield,
Corner,Crescent,Dovetail,Driftwood,East Gate,Ember,Evergreen,Fairwind,Fennel,Firefly,Foxglove,Granite,Greenway,Halcyon,
Hawthorn,Hazel,Heron,Highland,Horizon,Ironbridge,Ivy,Juniper,Kestrel,Kingfisher,Lantern,Larkspur,Lighthouse,Lindworm,
Maple,Marigold,Meridian,Millstone,Moonrise,Nightingale,North Star,Northwind,Oakhurst,Old Town,Orchard,Otter,Pebble,
Pinewood,Polaris,Quarry,Quill,Redwood,Riverside,Rowan,Saffron,Sandpiper,Silverline,Skylark,Sparrow,Stonebridge,Summit,
Sundial,Swift,Sycamore,Tamarind,Thistle,Tidewater,Timber,Turnstone,Union,Verdant,Wayfarer,Westerly,Willow,Windmill,
Wren}'::text[];

INSERT INTO merchants (id, category_id, name, legal_name, description, website_url, logo_url, support_email,
                       support_phone, address, tax_id, created_at, updated_at)
SELECT
  shop.id, 24 + shelves.id, shop.name,
  shop.name || ' ' || city.name || ' ' || city.company,
  shop.name || ' opened in ' || city.name || ' in ' || 1950 + pg_temp.dice(70, shop.id, 'merchant.year')
    || ' and is best known for its range of ' || shelves.name || '. '
    || pg_temp.pick(ARRAY[
      'What started as a stall on the weekly market is now a team of forty who still taste, try and test everything themselves.',
      'Three generations of the same family have picked every article, and most of the makers are known to them by name.',
      'Two friends opened the shop after years in the trade, and they still answer the difficult questions in person.'],
      shop.id, 'merchant.story') || ' '
    || pg_temp.pick(ARRAY[
      'Orders placed before two in the afternoon leave the warehouse on the same day.',
      'Everything is packed without plastic and goes out twice a day.',
      'Pickup in the shop is free, and returns are taken for a month.'],
      shop.id, 'merchant.promise')
    || ' Business customers buy on account and get one invoice a month.',
  'https://www.' || domain || '.example.com',
  'https://cdn.example.com/merchants/' || shop.id || '/logo.svg',
  'support@' || domain || '.example.com',
  '+49 40 ' || 1000000 + pg_temp.dice(8999999, shop.id, 'merchant.phone'),
  jsonb_build_object(
    'street', pg_temp.pick(pg_temp.streets(), shop.id, 'merchant.street') || ' '
      || 1 + pg_temp.dice(120, shop.id, 'merchant.number'),
    'postalCode', (10000 + pg_temp.dice(89999, shop.id, 'merchant.postal'))::text,
    'city', city.name, 'country', city.country,
    'geo', jsonb_build_object(
      'lat', round(city.lat - 0.05 + pg_temp.dice(1000, shop.id, 'merchant.lat') / 10000.0, 4),
      'lng', round(city.lng - 0.05 + pg_temp.dice(1000, shop.id, 'merchant.lng') / 10000.0, 4))),
  city.country || 100000000 + pg_temp.dice(899999999, shop.id, 'merchant.tax'),
  joined, pg_temp.since(joined, pg_temp.draw(shop.id, 'merchant.updated'))
FROM (
  SELECT
    merchant.id, shelf_id,
    house || ' ' || pg_temp.pick(companies, merchant.id, 'merchant.company') AS name,
    pg_temp.slug(house) || '-' || merchant.id AS domain,
    pg_temp.now() - interval '43900 hours' + interval '26000 hours' * pg_temp.draw(merchant.id, 'merchant.joined')
      AS joined
  FROM (SELECT id, 1 + pg_temp.dice(36, id, 'merchant.shelf') AS shelf_id,
               pg_temp.pick(pg_temp.houses(), id, 'merchant.house') AS house
        FROM generate_series(1, pg_temp.rows_of('merchants')) AS id) AS merchant
  JOIN departments ON departments.id = (shelf_id + 5) / 6
) AS shop
JOIN shelves ON shelves.id = shelf_id
JOIN cities AS city ON city.id = 1 + pg_temp.dice(28, shop.id, 'merchant.city');
