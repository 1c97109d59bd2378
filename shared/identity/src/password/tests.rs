use serde::Deserialize;

use super::*;
use crate::vectors;

const COST: PasswordCost = PasswordCost { memory_kib: 64, passes: 1 };

fn password(text: &str) -> Password {
    Password::try_from(text.to_owned()).unwrap()
}

fn is_right(attempt: &str, stored: &str) -> bool {
    verify(attempt, Some(stored), COST).unwrap().is_right()
}

#[test]
fn a_password_is_known_again_and_no_other_is_taken() {
    let hash = password("correct horse battery").hash(PasswordCost::default()).unwrap();
    assert!(is_right("correct horse battery", &hash));
    for wrong in ["correct horse batterY", "correct horse batter", "correct horse battery ", ""] {
        assert!(!is_right(wrong, &hash), "{wrong}");
    }
}

#[test]
fn the_same_password_is_hashed_differently_each_time() {
    let password = password("correct horse battery");
    assert_ne!(password.hash(COST).unwrap(), password.hash(COST).unwrap());
}

#[test]
fn the_hash_says_its_parameters_and_the_default_is_the_recommended_one() {
    let password = password("correct horse battery");
    let hash = password.hash(PasswordCost::default()).unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    let hash = password.hash(Some((128, 3)).into()).unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=128,t=3,p=1$"), "{hash}");
    assert_eq!(PasswordCost::from(None), PasswordCost::default());
    let impossible = PasswordCost { memory_kib: 1, passes: 0 };
    assert_eq!(password.hash(impossible).unwrap_err().code(), "INTERNAL");
}

#[test]
fn nobody_s_password_is_never_right_and_costs_as_much() {
    for attempt in ["correct horse battery", "", &"x".repeat(2_000)] {
        assert_eq!(verify(attempt, None, COST).unwrap(), Verified::No);
    }
    // The same parameters refuse the same way: the work is really done.
    let impossible = PasswordCost { memory_kib: 1, passes: 0 };
    assert_eq!(verify("x", None, impossible).unwrap_err().code(), "INTERNAL");
}

#[test]
fn a_weaker_hash_is_renewed_and_a_stronger_one_kept() {
    let hash = |memory_kib, passes| {
        password("correct horse battery").hash(PasswordCost { memory_kib, passes }).unwrap()
    };
    let today = PasswordCost { memory_kib: 128, passes: 2 };
    for (stored, expected) in [
        (hash(128, 2), Verified::Yes),
        (hash(256, 3), Verified::Yes),
        (hash(64, 2), Verified::YesRehash),
        (hash(128, 1), Verified::YesRehash),
    ] {
        let found = verify("correct horse battery", Some(&stored), today).unwrap();
        assert_eq!(found, expected, "{stored}");
        let wrong = verify("another horse battery", Some(&stored), today).unwrap();
        assert_eq!(wrong, Verified::No);
    }
    let renewed = rehash("short", today).unwrap();
    assert_eq!(verify("short", Some(&renewed), today).unwrap(), Verified::Yes);
}

#[test]
fn nothing_is_cut_off() {
    let long = "ñandú y mate ".repeat(60);
    let hash = password(&long).hash(COST).unwrap();
    assert!(is_right(&long, &hash));
    assert!(!is_right(long.trim_end(), &hash));
    assert!(!is_right(&format!("{long}x"), &hash));
    assert!(!is_right(&format!("{long}{}", "x".repeat(1_024)), &hash));
    let zeros = password("before\0after-and-more").hash(COST).unwrap();
    assert!(!is_right("before\0other-and-more", &zeros));
}

#[test]
fn bcrypt_is_taken_whole_or_not_at_all() {
    let stored = |text: &[u8]| bcrypt::hash(text, 4).unwrap();
    let whole = "m".repeat(71) + "n";
    let hash = stored(whole.as_bytes());
    assert_eq!(verify(&whole, Some(&hash), COST).unwrap(), Verified::YesRehash);
    assert!(!is_right(&format!("{whole}!"), &hash), "bcrypt itself would take it");
    // To bcrypt these two are the same.
    let hash = stored(b"ab");
    assert!(bcrypt::verify(b"ab\0ab", &hash).unwrap());
    assert!(!is_right("ab\0ab", &hash));
    assert!(is_right("ab", &hash.replacen("$2b$", "$2y$", 1)));
    // Nothing stands in for what is not possible.
    let empty = stored(b"");
    assert!(!is_right("\0", &empty));
    assert!(!is_right(&"x".repeat(2_000), &empty));
}

#[test]
fn hashes_of_other_kinds_or_costs_are_a_defect_not_a_wrong_password() {
    let tail = "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    let bcrypt_tail = "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    for wrong in [
        "not a hash".to_owned(),
        String::new(),
        format!("$argon2id$v=19$m=65537,t=2,p=1{tail}"),
        format!("$argon2id$v=19$m=256,t=11,p=1{tail}"),
        format!("$argon2id$v=19$m=256,t=2,p=5{tail}"),
        format!("$argon2id$m=256,t=2,p=1{tail}"),
        format!("$argon2i$v=19$m=256,t=2,p=1{tail}"),
        format!("$argon2d$v=19$m=256,t=2,p=1{tail}"),
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ".to_owned(),
        format!("$2x$05${bcrypt_tail}"),
        format!("$2b$15${bcrypt_tail}"),
        format!("$2b$03${bcrypt_tail}"),
        "$2b$05$short".to_owned(),
    ] {
        let error = verify("password", Some(&wrong), COST).unwrap_err();
        assert_eq!(error.code(), "INTERNAL", "{wrong}");
        assert!(!format!("{error:?}").contains("nf65EOg"), "no part of a hash is told");
    }
}

#[test]
fn short_huge_and_common_passwords_are_refused() {
    let refused = |text: &str| Password::try_from(text.to_owned()).unwrap_err().0;
    assert_eq!(refused("eleven char"), "must have at least 12 characters");
    assert_eq!(refused(&"xyz!".repeat(257)), "must have at most 1024 bytes");
    assert_eq!(refused("Password1234"), "is one of the most common passwords");
    assert!(Password::try_from("ñandú ñandú ".to_owned()).is_ok(), "characters, not bytes");
}

#[test]
fn a_password_does_not_tell_whose_it_is() {
    let suits = |text: &str, email: &str| password(text).suits(&email.parse().unwrap());
    for text in ["Marta.Lopez rides", "trombone MARTA.LOPEZ"] {
        let error = suits(text, "marta.lopez@example.org").unwrap_err();
        assert_eq!(error.code(), "PASSWORD_TOO_COMMON");
    }
    suits("correct horse battery", "marta.lopez@example.org").unwrap();
    suits("banana trombone ana", "ana@example.org").unwrap();
    let suits_club = |text: &str, club: &str| password(text).suits_club(&club.parse().unwrap());
    for text in ["trombone club-norte", "trombone ClubNorte"] {
        assert_eq!(suits_club(text, "club-norte").unwrap_err().code(), "PASSWORD_TOO_COMMON");
    }
    suits_club("trombone lagoon sur", "sur").unwrap();
}

#[test]
fn passwords_do_not_show_in_debug_output() {
    assert_eq!(format!("{:?}", password("correct horse battery")), "Password(…)");
}

#[derive(Deserialize)]
struct BcryptVectors {
    vectors: std::collections::BTreeMap<String, Vec<(String, String, String)>>,
}

#[test]
fn every_published_bcrypt_hash_is_verified() {
    let Some(file) = vectors::read::<BcryptVectors>("passwords/bcrypt_vectors.json") else {
        return;
    };
    let mut tested = 0;
    for (text, _, stored) in file.vectors.into_values().flatten() {
        // Each character of the file is a byte.
        let bytes: Vec<u8> = text.chars().map(|it| u8::try_from(u32::from(it)).unwrap()).collect();
        let possible = bytes.len() <= BCRYPT_BYTES && !bytes.contains(&0);
        assert_eq!(is_bcrypt_of(&bytes, &stored).unwrap(), possible, "{stored}");
        let mut other = bytes.clone();
        other.push(b'x');
        assert!(!is_bcrypt_of(&other, &stored).unwrap(), "{stored}");
        tested += 1;
    }
    println!("{tested} bcrypt hashes");
    assert!(tested > 20);
}

#[derive(Deserialize)]
struct Argon2Vectors {
    vectors: Vec<Argon2Vector>,
}

#[derive(Deserialize)]
struct Argon2Vector {
    pwd: String,
    encoded: String,
    #[serde(rename = "type")]
    kind: String,
    log2_m: u32,
}

#[test]
fn every_published_argon2id_hash_is_verified_and_the_other_kinds_refused() {
    let Some(file) = vectors::read::<Argon2Vectors>("passwords/argon2_vectors.json") else {
        return;
    };
    let (mut right, mut refused) = (0, 0);
    for vector in file.vectors {
        let found = verify(&vector.pwd, Some(&vector.encoded), COST);
        if vector.kind == "id" && vector.log2_m <= 16 {
            assert!(found.unwrap().is_right(), "{}", vector.encoded);
            assert!(!is_right("another", &vector.encoded));
            right += 1;
        } else {
            assert_eq!(found.unwrap_err().code(), "INTERNAL", "{}", vector.encoded);
            refused += 1;
        }
    }
    println!("{right} argon2id hashes verified, {refused} of other kinds or costs refused");
    assert!(right >= 6 && refused >= 15);
}
