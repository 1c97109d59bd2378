//! An opening rush: the day on which a club lets its members book, and everybody wants the same evenings.

/// How large it is.
#[derive(Debug, Clone, Copy)]
pub struct Rush {
    /// Courts that can be booked.
    pub courts: usize,
    /// Slots of a court's day.
    pub hours: usize,
    /// Days that can be booked.
    pub days: usize,
    /// Members who ask.
    pub members: usize,
    /// How often they ask, all together.
    pub requests: usize,
    /// The same seed is the same rush.
    pub seed: u64,
}

/// A slot: court, day and hour by their numbers from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot {
    /// Which court.
    pub court: usize,
    /// Which day.
    pub day: usize,
    /// Which of the day's hours.
    pub hour: usize,
}

/// What one member asks for.
#[derive(Debug, Clone, Copy)]
pub enum Ask {
    /// One slot.
    Book(usize, Slot),
    /// The same slot of every week.
    Series(usize, Slot),
    /// To give up one of their own bookings, if they have any.
    Cancel(usize),
}

/// Eight of ten requests are for two of ten slots, and among those the wishes follow Zipf's law.
const HOT_REQUESTS: f64 = 0.8;
const HOT_SLOTS: f64 = 0.2;
const ZIPF: f64 = 1.1;
const CANCELLATIONS: f64 = 0.05;
const SERIES: f64 = 0.10;

impl Rush {
    /// What is asked for, in the order in which it is asked.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rush has thousands of slots"
    )]
    pub fn asks(&self) -> Vec<Ask> {
        let mut random = fastrand::Rng::with_seed(self.seed);
        let mut slots: Vec<_> = (0..self.courts * self.hours * self.days)
            .map(|number| Slot {
                court: number % self.courts,
                hour: number / self.courts % self.hours,
                day: number / self.courts / self.hours,
            })
            .collect();
        random.shuffle(&mut slots);
        let hot = ((slots.len() as f64 * HOT_SLOTS) as usize).max(1);
        let mut reached = 0.0;
        let ranks: Vec<f64> = (1..=hot)
            .map(|rank| {
                reached += (rank as f64).powf(-ZIPF);
                reached
            })
            .collect();
        let mut ask = || {
            let member = random.usize(..self.members);
            let slot = if random.f64() < HOT_REQUESTS {
                let wanted = random.f64() * reached;
                slots[ranks.partition_point(|weight| *weight < wanted).min(hot - 1)]
            } else {
                slots[random.usize(hot..slots.len())]
            };
            match random.f64() {
                kind if kind < CANCELLATIONS => Ask::Cancel(member),
                kind if kind < CANCELLATIONS + SERIES => Ask::Series(member, slot),
                _ => Ask::Book(member, slot),
            }
        };
        (0..self.requests).map(|_| ask()).collect()
    }
}
