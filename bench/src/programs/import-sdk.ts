await import('@cairn/sdk');

export {};
