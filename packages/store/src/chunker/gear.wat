;; Finds the cuts of `gear-v1`. The first 1,024 bytes of the memory are the gear table, 256 little-endian numbers; data
;; comes after it. `gear-wasm.ts` holds this module, assembled; `gear-wasm.test.ts` says whether it is this one.
(module
  (memory (export "memory") 1)

  ;; The first place after $at, and not after $end, where the hash of the 32 bytes before it is below $limit; else 0.
  ;; At least 31 bytes of data are before $at.
  (func (export "find") (param $at i32) (param $end i32) (param $limit i32) (result i32)
    (local $hash i32)
    (local $warm i32)
    (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const 0))))

    (local.set $warm (i32.sub (local.get $at) (i32.const 31)))
    (loop $warming
      (local.set $hash
        (i32.add
          (i32.shl (local.get $hash) (i32.const 1))
          (i32.load (i32.shl (i32.load8_u (local.get $warm)) (i32.const 2)))))
      (local.set $warm (i32.add (local.get $warm) (i32.const 1)))
      (br_if $warming (i32.lt_u (local.get $warm) (local.get $at))))

    ;; Four bytes a turn take half the time of one.
    (block $few
      (loop $next
        (br_if $few (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (i32.const 4)))
        (local.set $hash
          (i32.add
            (i32.shl (local.get $hash) (i32.const 1))
            (i32.load (i32.shl (i32.load8_u (local.get $at)) (i32.const 2)))))
        (if (i32.lt_u (local.get $hash) (local.get $limit))
          (then (return (i32.add (local.get $at) (i32.const 1)))))
        (local.set $hash
          (i32.add
            (i32.shl (local.get $hash) (i32.const 1))
            (i32.load (i32.shl (i32.load8_u offset=1 (local.get $at)) (i32.const 2)))))
        (if (i32.lt_u (local.get $hash) (local.get $limit))
          (then (return (i32.add (local.get $at) (i32.const 2)))))
        (local.set $hash
          (i32.add
            (i32.shl (local.get $hash) (i32.const 1))
            (i32.load (i32.shl (i32.load8_u offset=2 (local.get $at)) (i32.const 2)))))
        (if (i32.lt_u (local.get $hash) (local.get $limit))
          (then (return (i32.add (local.get $at) (i32.const 3)))))
        (local.set $hash
          (i32.add
            (i32.shl (local.get $hash) (i32.const 1))
            (i32.load (i32.shl (i32.load8_u offset=3 (local.get $at)) (i32.const 2)))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br_if $next (i32.ge_u (local.get $hash) (local.get $limit)))
        (return (local.get $at))))

    (loop $last
      (if (i32.eq (local.get $at) (local.get $end)) (then (return (i32.const 0))))
      (local.set $hash
        (i32.add
          (i32.shl (local.get $hash) (i32.const 1))
          (i32.load (i32.shl (i32.load8_u (local.get $at)) (i32.const 2)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $last (i32.ge_u (local.get $hash) (local.get $limit))))
    (local.get $at)))
