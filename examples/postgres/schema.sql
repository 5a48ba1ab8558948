CREATE TABLE orders (item text NOT NULL, pieces int NOT NULL CHECK (pieces > 0));
