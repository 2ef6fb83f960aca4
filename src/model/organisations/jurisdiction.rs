//! The jurisdictions of both versions, defined once.
//!
//! Lower-case codes: ISO 3166-1 alpha-2 countries, or country and region joined by `_`. The vendor's
//! v2 reference of June 2023 lists 139; the migration guide names the 19 that v2 added.

/// Defines the enum of each version from one list: v2 has what v1 has, and the additions.
macro_rules! jurisdictions {
    (
        v1 { $($old:ident = $old_code:literal),* $(,)? }
        added_by_v2 { $($new:ident = $new_code:literal),* $(,)? }
    ) => {
        jurisdictions! { @version V1, "The 120 jurisdictions that v1 knows.", $($old = $old_code),* }
        jurisdictions! {
            @version V2, "The 139 jurisdictions that v2 knows.",
            $($old = $old_code,)* $($new = $new_code),*
        }
    };
    (@version $name:ident, $doc:literal, $($variant:ident = $code:literal),*) => {
        #[doc = $doc]
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        #[schemars(rename = "Jurisdiction")]
        pub enum $name {
            $(
                #[doc(hidden)]
                #[serde(rename = $code)]
                $variant,
            )*
        }

        impl $name {
            /// Every code, in the order of the definition.
            #[cfg(test)]
            pub(crate) const CODES: &[&str] = &[$($code),*];
        }
    };
}

jurisdictions! {
    v1 {
        AeAz = "ae_az", AeDu = "ae_du", Al = "al", Au = "au", Aw = "aw", Bb = "bb", Bd = "bd",
        Be = "be", Bh = "bh", Bm = "bm", Bs = "bs", Ca = "ca", CaNb = "ca_nb", CaNl = "ca_nl",
        CaNs = "ca_ns", CaPe = "ca_pe", CaQc = "ca_qc", Ch = "ch", Cy = "cy", Dk = "dk", Do = "do",
        Es = "es", Fi = "fi", Fr = "fr", Gb = "gb", Gg = "gg", Gi = "gi", Gl = "gl", Hk = "hk",
        Hr = "hr", Ie = "ie", Il = "il", Im = "im", In = "in", Is = "is", Je = "je", Jm = "jm",
        Jp = "jp", Li = "li", Lu = "lu", Lv = "lv", Md = "md", Me = "me", Mm = "mm", Mt = "mt",
        Mu = "mu", Mx = "mx", My = "my", Nl = "nl", No = "no", Nz = "nz", Pa = "pa", Pk = "pk",
        Pl = "pl", Pr = "pr", Ro = "ro", Rw = "rw", Se = "se", Sg = "sg", Si = "si", Sk = "sk",
        Th = "th", Tj = "tj", Tn = "tn", To = "to", Tz = "tz", Ug = "ug", UsAk = "us_ak",
        UsAl = "us_al", UsAr = "us_ar", UsAz = "us_az", UsCa = "us_ca", UsCo = "us_co",
        UsCt = "us_ct", UsDc = "us_dc", UsDe = "us_de", UsFl = "us_fl", UsGa = "us_ga",
        UsHi = "us_hi", UsIa = "us_ia", UsId = "us_id", UsIn = "us_in", UsKs = "us_ks",
        UsKy = "us_ky", UsLa = "us_la", UsMa = "us_ma", UsMd = "us_md", UsMe = "us_me",
        UsMi = "us_mi", UsMn = "us_mn", UsMo = "us_mo", UsMs = "us_ms", UsMt = "us_mt",
        UsNc = "us_nc", UsNd = "us_nd", UsNe = "us_ne", UsNh = "us_nh", UsNj = "us_nj",
        UsNm = "us_nm", UsNv = "us_nv", UsNy = "us_ny", UsOh = "us_oh", UsOk = "us_ok",
        UsOr = "us_or", UsPa = "us_pa", UsRi = "us_ri", UsSc = "us_sc", UsSd = "us_sd",
        UsTn = "us_tn", UsTx = "us_tx", UsUt = "us_ut", UsVa = "us_va", UsVt = "us_vt",
        UsWa = "us_wa", UsWi = "us_wi", UsWv = "us_wv", UsWy = "us_wy", Vn = "vn", Vu = "vu",
        Za = "za",
    }
    added_by_v2 {
        Bg = "bg", Bl = "bl", Bo = "bo", Br = "br", By = "by", Bz = "bz", Cw = "cw", De = "de",
        Gf = "gf", Gp = "gp", Gr = "gr", Ir = "ir", Kh = "kh", Mf = "mf", Mq = "mq", Pm = "pm",
        Re = "re", Ua = "ua", Yt = "yt",
    }
}
