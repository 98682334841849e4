//! Memory that is overwritten when it is given back. With SnapStart the memory of this process lies in a snapshot, and what was
//! freed still holds the texts to redact, and what the function logged.
use std::alloc::{GlobalAlloc, Layout, System};
use std::arch::asm;
use std::sync::atomic::{AtomicBool, Ordering};

/// The allocator of the system, and once `begin` was called it overwrites each block that is given back.
pub struct Wiping;

static IS_ON: AtomicBool = AtomicBool::new(false);

/// From now on. What is freed before holds no secret: this process has not listened yet.
pub fn begin() {
    IS_ON.store(true, Ordering::Relaxed);
}

/// Overwrites what calls that have returned left on the stack: what is read passes through buffers there.
#[inline(never)]
pub fn wipe_stack() {
    let mut below = [0_u8; DEEPEST];
    seen(below.as_mut_ptr());
}

// SAFETY: each call is the system's, with the layout that was given. A block that moves is copied within the bounds of both
// layouts, and is overwritten within its own before it is given back.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        System.alloc(layout)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        System.alloc_zeroed(layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if IS_ON.load(Ordering::Relaxed) {
            block.write_bytes(0, layout.size());
            seen(block);
        }
        System.dealloc(block, layout);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !IS_ON.load(Ordering::Relaxed) {
            return System.realloc(block, layout, size);
        }
        let moved = System.alloc(Layout::from_size_align_unchecked(size, layout.align()));
        if !moved.is_null() {
            moved.copy_from_nonoverlapping(block, layout.size().min(size));
            self.dealloc(block, layout);
        }
        moved
    }
}

/// The compiler must take the bytes for read, or it leaves out to write them.
fn seen(block: *mut u8) {
    // SAFETY: there is no instruction in it.
    unsafe { asm!("/* {0} */", in(reg) block, options(nostack, preserves_flags)) }
}

/// No call reaches deeper; the buffers of a read have 16 KiB.
const DEEPEST: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overwrites_a_block_that_is_given_back_or_moves() {
        begin();
        let layout = Layout::array::<u8>(SIZE).unwrap();
        // The system reuses a block of this size for the next one, and writes its own notes to the first bytes only.
        for grows in [false, true] {
            // SAFETY: the layouts are those of the blocks. The last block is read within its size.
            let left = unsafe {
                let block = Wiping.alloc(layout);
                block.write_bytes(b's', SIZE);
                if grows {
                    let moved = Wiping.realloc(block, layout, 64 * SIZE);
                    assert_eq!(*moved.add(SIZE - 1), b's');
                    Wiping.dealloc(moved, Layout::array::<u8>(64 * SIZE).unwrap());
                } else {
                    Wiping.dealloc(block, layout);
                }
                std::slice::from_raw_parts(block, SIZE).iter().filter(|&&byte| byte == b's').count()
            };
            assert_eq!(left, 0, "grows: {grows}");
        }
    }

    const SIZE: usize = 1_000;
}
