;; Quantizes blocks of weights, four 32-bit lanes at a time. Plain TypeScript needs 1.1 ns a weight for each grid that it tries on
;; a block, which is the whole of what a conversion may cost for four of them; this needs a quarter of it. What is computed and why
;; stands in quantize.ts; the instructions in https://webassembly.github.io/spec/core.
;;
;; Addresses are bytes in the exported memory, whose first 16 KiB belong to this module:
;;      0  f32x4 largest |error|, f64x2 sum of squared errors, f64x2 sum of squared weights: added to by encode
;;     64  f32: 1 / share of a block's range that a grid spans, of each grid to try; from the caller
;;   4096  f32x4 for each element of four blocks
(module
  (memory (export "memory") 1)

  ;; bfloat16 to float32, of which it is the upper half. count: rounded up to a multiple of 8.
  (func (export "widen") (param $src i32) (param $count i32) (param $out i32)
    (local $words v128) (local $end i32)
    (local.set $end (i32.add (local.get $out) (i32.mul (local.get $count) (i32.const 4))))
    (loop $eight
      (local.set $words (v128.load (local.get $src)))
      (v128.store (local.get $out) (i32x4.shl (i32x4.extend_low_i16x8_u (local.get $words)) (i32.const 16)))
      (v128.store offset=16 (local.get $out) (i32x4.shl (i32x4.extend_high_i16x8_u (local.get $words)) (i32.const 16)))
      (local.set $src (i32.add (local.get $src) (i32.const 16)))
      (br_if $eight (i32.lt_u (local.tee $out (i32.add (local.get $out) (i32.const 32))) (local.get $end)))))

  ;; The grid (scale, zero point) of each of four blocks at a time; a lane is a block. src: f32 [4 groups, block]; scales and zeros
  ;; out: f32 [4 groups]. block: a multiple of 4, at most 512.
  (func (export "search") (param $src i32) (param $groups i32) (param $block i32) (param $grids i32) (param $scales i32) (param $zeros i32)
    (local $stride i32) (local $i i32) (local $at i32) (local $end i32) (local $pass i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $p v128) (local $q v128) (local $r v128) (local $s v128)
    (local $low v128) (local $high v128) (local $most v128) (local $norm v128) (local $steps v128) (local $middle v128)
    (local $sumX v128) (local $sumQ v128) (local $sumQQ v128) (local $sumXQ v128)
    (local $inverse v128) (local $zero v128) (local $n v128)
    (local $best v128) (local $bestScale v128) (local $bestZero v128)
    (local.set $stride (i32.mul (local.get $block) (i32.const 4)))
    (local.set $n (f32x4.splat (f32.convert_i32_s (local.get $block))))
    (local.set $end (i32.add (i32.const 4096) (i32.mul (local.get $block) (i32.const 16))))
    (block $done (loop $group
      (br_if $done (i32.eqz (local.get $groups)))

      ;; Transposes the four blocks.
      (local.set $at (i32.const 4096))
      (loop $transpose
        (local.set $i (local.get $src))
        (local.set $a (v128.load (local.get $i)))
        (local.set $b (v128.load (local.tee $i (i32.add (local.get $i) (local.get $stride)))))
        (local.set $c (v128.load (local.tee $i (i32.add (local.get $i) (local.get $stride)))))
        (local.set $d (v128.load (i32.add (local.get $i) (local.get $stride))))
        (local.set $p (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a) (local.get $b)))
        (local.set $q (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a) (local.get $b)))
        (local.set $r (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $c) (local.get $d)))
        (local.set $s (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $c) (local.get $d)))
        (v128.store (local.get $at) (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $p) (local.get $r)))
        (v128.store offset=16 (local.get $at) (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $p) (local.get $r)))
        (v128.store offset=32 (local.get $at) (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $q) (local.get $s)))
        (v128.store offset=48 (local.get $at) (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $q) (local.get $s)))
        (local.set $src (i32.add (local.get $src) (i32.const 16)))
        (br_if $transpose (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 64))) (local.get $end))))
      ;; The other three were read along with the first.
      (local.set $src (i32.add (local.get $src) (i32.mul (local.get $stride) (i32.const 3))))

      ;; The range of each, zero included.
      (local.set $low (v128.const f32x4 0 0 0 0))
      (local.set $high (v128.const f32x4 0 0 0 0))
      (local.set $at (i32.const 4096))
      (loop $range
        (local.set $a (v128.load (local.get $at)))
        (local.set $low (f32x4.pmin (local.get $low) (local.get $a)))
        (local.set $high (f32x4.pmax (local.get $high) (local.get $a)))
        (br_if $range (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end))))

      ;; To the range from -1 to 1, so that no square overflows or vanishes; what is no normal number becomes zero.
      (local.set $most (f32x4.max (f32x4.neg (local.get $low)) (local.get $high)))
      (local.set $norm (v128.and
        (f32x4.div (v128.const f32x4 1 1 1 1) (local.get $most))
        (f32x4.gt (local.get $most) (v128.const f32x4 0x1p-126 0x1p-126 0x1p-126 0x1p-126))))
      (local.set $low (f32x4.mul (local.get $low) (local.get $norm)))
      (local.set $high (f32x4.mul (local.get $high) (local.get $norm)))
      (local.set $sumX (v128.const f32x4 0 0 0 0))
      (local.set $at (i32.const 4096))
      (loop $normalize
        (local.set $a (f32x4.mul (v128.load (local.get $at)) (local.get $norm)))
        (v128.store (local.get $at) (local.get $a))
        (local.set $sumX (f32x4.add (local.get $sumX) (local.get $a)))
        (br_if $normalize (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end))))
      ;; Steps of 1 that fill the range, and its middle.
      (local.set $steps (f32x4.div (v128.const f32x4 15 15 15 15) (f32x4.sub (local.get $high) (local.get $low))))
      (local.set $middle (f32x4.mul (v128.const f32x4 0.5 0.5 0.5 0.5) (f32x4.add (local.get $high) (local.get $low))))

      (local.set $best (v128.const f32x4 0 0 0 0))
      (local.set $bestScale (v128.const f32x4 0 0 0 0))
      (local.set $bestZero (v128.const f32x4 0 0 0 0))
      (local.set $pass (i32.const 0))
      (loop $try
        (if (i32.lt_u (local.get $pass) (local.get $grids))
          (then
            (local.set $inverse (f32x4.mul (local.get $steps)
              (v128.load32_splat offset=64 (i32.mul (local.get $pass) (i32.const 4)))))
            (local.set $zero (f32x4.sub (v128.const f32x4 7.5 7.5 7.5 7.5) (f32x4.mul (local.get $middle) (local.get $inverse)))))
          ;; After them, the best one's own least-squares grid.
          (else
            (local.set $inverse (f32x4.div (v128.const f32x4 1 1 1 1) (local.get $bestScale)))
            (local.set $zero (local.get $bestZero))))
        (local.set $zero (f32x4.pmin (v128.const f32x4 15 15 15 15) (f32x4.pmax (v128.const f32x4 0 0 0 0) (f32x4.nearest (local.get $zero)))))

        (local.set $sumQ (v128.const f32x4 0 0 0 0))
        (local.set $sumQQ (v128.const f32x4 0 0 0 0))
        (local.set $sumXQ (v128.const f32x4 0 0 0 0))
        (local.set $at (i32.const 4096))
        (loop $element
          (local.set $a (v128.load (local.get $at)))
          (local.set $q (f32x4.pmin (v128.const f32x4 15 15 15 15) (f32x4.pmax (v128.const f32x4 0 0 0 0)
            (f32x4.nearest (f32x4.add (f32x4.mul (local.get $a) (local.get $inverse)) (local.get $zero))))))
          (local.set $sumQ (f32x4.add (local.get $sumQ) (local.get $q)))
          (local.set $sumQQ (f32x4.add (local.get $sumQQ) (f32x4.mul (local.get $q) (local.get $q))))
          (local.set $sumXQ (f32x4.add (local.get $sumXQ) (f32x4.mul (local.get $a) (local.get $q))))
          (br_if $element (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end))))

        ;; The zero point that suits these quants best: (sumXQ sumQ - sumX sumQQ) / (n sumXQ - sumX sumQ).
        (local.set $zero (f32x4.div
          (f32x4.sub (f32x4.mul (local.get $sumXQ) (local.get $sumQ)) (f32x4.mul (local.get $sumX) (local.get $sumQQ)))
          (f32x4.sub (f32x4.mul (local.get $n) (local.get $sumXQ)) (f32x4.mul (local.get $sumX) (local.get $sumQ)))))
        (local.set $zero (f32x4.pmin (v128.const f32x4 15 15 15 15) (f32x4.pmax (v128.const f32x4 0 0 0 0) (f32x4.nearest (local.get $zero)))))
        ;; The weights' sum of products with q - zero, and its sum of squares: their quotient is the scale, and what the grid
        ;; takes of the weights' squares is the product of that and the first.
        (local.set $a (f32x4.sub (local.get $sumXQ) (f32x4.mul (local.get $zero) (local.get $sumX))))
        (local.set $b (f32x4.add
          (f32x4.sub (local.get $sumQQ) (f32x4.mul (f32x4.add (local.get $zero) (local.get $zero)) (local.get $sumQ)))
          (f32x4.mul (local.get $n) (f32x4.mul (local.get $zero) (local.get $zero)))))
        (local.set $c (f32x4.div (local.get $a) (local.get $b)))
        (local.set $a (f32x4.mul (local.get $a) (local.get $c)))
        ;; False where there is no such number.
        (local.set $b (f32x4.gt (local.get $a) (local.get $best)))
        (local.set $best (v128.bitselect (local.get $a) (local.get $best) (local.get $b)))
        (local.set $bestScale (v128.bitselect (local.get $c) (local.get $bestScale) (local.get $b)))
        (local.set $bestZero (v128.bitselect (local.get $zero) (local.get $bestZero) (local.get $b)))
        (br_if $try (i32.le_u (local.tee $pass (i32.add (local.get $pass) (i32.const 1))) (local.get $grids))))

      (v128.store (local.get $scales) (f32x4.mul (local.get $bestScale) (local.get $most)))
      (v128.store (local.get $zeros) (local.get $bestZero))
      (local.set $scales (i32.add (local.get $scales) (i32.const 16)))
      (local.set $zeros (i32.add (local.get $zeros) (i32.const 16)))
      (local.set $groups (i32.sub (local.get $groups) (i32.const 1)))
      (br $group))))

  ;; Weights to quants of the grids given. src: f32 [blocks, block]; scales and zeros: f32 [blocks]; out: u8 [blocks, block bits / 8].
  ;; block: a multiple of 16.
  (func (export "encode") (param $src i32) (param $blocks i32) (param $block i32) (param $bits i32) (param $scales i32) (param $zeros i32) (param $out i32)
    (local $i i32) (local $j i32)
    (local $x v128) (local $q v128) (local $e v128) (local $scale v128) (local $inverse v128) (local $zero v128) (local $top v128)
    (local $most v128) (local $errors v128) (local $squares v128) (local $words v128) (local $bytes v128)
    (local.set $top (f32x4.splat (f32.convert_i32_s (i32.sub (i32.shl (i32.const 1) (local.get $bits)) (i32.const 1)))))
    (local.set $most (v128.load (i32.const 0)))
    (block $done (loop $next
      (br_if $done (i32.eqz (local.get $blocks)))
      (local.set $scale (v128.load32_splat (local.get $scales)))
      (local.set $zero (v128.load32_splat (local.get $zeros)))
      (local.set $inverse (v128.and
        (f32x4.div (v128.const f32x4 1 1 1 1) (local.get $scale))
        (f32x4.ne (local.get $scale) (v128.const f32x4 0 0 0 0))))
      (local.set $errors (v128.const f32x4 0 0 0 0))
      (local.set $squares (v128.const f32x4 0 0 0 0))
      (local.set $i (local.get $block))
      (loop $sixteen
        (local.set $j (i32.const 0))
        (loop $four
          (local.set $x (v128.load (local.get $src)))
          (local.set $q (f32x4.pmin (local.get $top) (f32x4.pmax (v128.const f32x4 0 0 0 0)
            (f32x4.nearest (f32x4.add (f32x4.mul (local.get $x) (local.get $inverse)) (local.get $zero))))))
          (local.set $e (f32x4.sub (local.get $x) (f32x4.mul (f32x4.sub (local.get $q) (local.get $zero)) (local.get $scale))))
          (local.set $most (f32x4.pmax (local.get $most) (f32x4.abs (local.get $e))))
          (local.set $errors (f32x4.add (local.get $errors) (f32x4.mul (local.get $e) (local.get $e))))
          (local.set $squares (f32x4.add (local.get $squares) (f32x4.mul (local.get $x) (local.get $x))))
          ;; Bytes, the newest four behind the others.
          (local.set $words (i32x4.trunc_sat_f32x4_u (local.get $q)))
          (local.set $bytes (i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 16 20 24 28 (local.get $bytes) (local.get $words)))
          (local.set $src (i32.add (local.get $src) (i32.const 16)))
          (br_if $four (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 4))))
        (if (i32.eq (local.get $bits) (i32.const 8))
          (then
            (v128.store (local.get $out) (local.get $bytes))
            (local.set $out (i32.add (local.get $out) (i32.const 16))))
          (else
            ;; The even element into the low half of a byte, its neighbour into the high half.
            (local.set $words (v128.and (v128.const i16x8 255 255 255 255 255 255 255 255)
              (v128.or (local.get $bytes) (i16x8.shr_u (local.get $bytes) (i32.const 4)))))
            (v128.store64_lane 0 (local.get $out) (i8x16.narrow_i16x8_u (local.get $words) (local.get $words)))
            (local.set $out (i32.add (local.get $out) (i32.const 8)))))
        (br_if $sixteen (local.tee $i (i32.sub (local.get $i) (i32.const 16)))))
      (v128.store (i32.const 16) (f64x2.add (v128.load (i32.const 16)) (f64x2.add
        (f64x2.promote_low_f32x4 (local.get $errors))
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 0 0 0 0 0 0 0 0 (local.get $errors) (local.get $errors))))))
      (v128.store (i32.const 32) (f64x2.add (v128.load (i32.const 32)) (f64x2.add
        (f64x2.promote_low_f32x4 (local.get $squares))
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 0 0 0 0 0 0 0 0 (local.get $squares) (local.get $squares))))))
      (local.set $scales (i32.add (local.get $scales) (i32.const 4)))
      (local.set $zeros (i32.add (local.get $zeros) (i32.const 4)))
      (local.set $blocks (i32.sub (local.get $blocks) (i32.const 1)))
      (br $next)))
    (v128.store (i32.const 0) (local.get $most))))
