//! The probability distributions of intervals and tests: normal, Student's t, chi-squared, F, binomial. Cumulative
//! functions and quantiles use continued fractions and safeguarded Newton steps, accurate to about 1e-12.

use libm::{erfc, exp, lgamma, log, log1p, sqrt};

/// Cumulative distribution function of the standard normal distribution.
#[must_use]
pub(crate) fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z / std::f64::consts::SQRT_2)
}

/// Probability that |Z| exceeds |z| for a standard normal Z.
#[must_use]
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// Quantile of the standard normal distribution; `None` outside 0 < p < 1.
///
/// Starts from Abramowitz and Stegun 26.2.23 and polishes with Halley's method on [`normal_cdf`], always in the lower
/// tail, where the function loses no digits.
#[must_use]
pub(crate) fn normal_quantile(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    if p > 0.5 {
        return normal_quantile(1.0 - p).map(|z| -z);
    }
    let t = sqrt(-2.0 * log(p));
    let top = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let bottom = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut z = top / bottom - t;
    for _ in 0..4 {
        let density = exp(-0.5 * z * z) / sqrt(2.0 * std::f64::consts::PI);
        if density == 0.0 {
            break;
        }
        let step = (normal_cdf(z) - p) / density;
        z -= step / (1.0 + 0.5 * z * step);
    }
    Some(z)
}

/// Regularised incomplete beta function `I_x(a, b)`, by Lentz's evaluation of its continued fraction
/// (Numerical Recipes, third edition, section 6.4).
#[must_use]
pub(crate) fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    incomplete_beta_of(a, b, x, 1.0 - x)
}

/// The same with `y` = 1 − x as an argument: if x is close to 1, subtracting would lose the significant digits.
#[allow(clippy::many_single_char_names, reason = "the names of the published algorithm")]
fn incomplete_beta_of(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    let ln_x = if y < 0.5 { log1p(-y) } else { log(x) };
    let ln_y = if x < 0.5 { log1p(-x) } else { log(y) };
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * ln_x + b * ln_y);
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, y) / b
    }
}

#[allow(clippy::many_single_char_names, reason = "the names of the published algorithm")]
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let keep_off_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / keep_off_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..20_000_u32 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / keep_off_zero(1.0 + even * d);
        c = keep_off_zero(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / keep_off_zero(1.0 + odd * d);
        c = keep_off_zero(1.0 + odd / c);
        let change = d * c;
        fraction *= change;
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

/// Regularised upper incomplete gamma function Q(a, x), by its series below a + 1 and its continued fraction above
/// (Numerical Recipes, third edition, section 6.2).
#[must_use]
#[allow(clippy::many_single_char_names, reason = "the names of the published algorithm")]
pub(crate) fn upper_incomplete_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let front = exp(a * log(x) - x - lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum, mut k) = (1.0 / a, 1.0 / a, a);
        while term.abs() > sum.abs() * 1e-17 {
            k += 1.0;
            term *= x / k;
            sum += term;
        }
        1.0 - sum * front
    } else {
        let mut b = x + 1.0 - a;
        let mut c = 1e300;
        let mut d = 1.0 / b;
        let mut fraction = d;
        for step in 1..20_000_u32 {
            let i = f64::from(step);
            let an = -i * (i - a);
            b += 2.0;
            d = 1.0 / (an * d + b);
            c = b + an / c;
            let change = d * c;
            fraction *= change;
            if (change - 1.0).abs() < 1e-16 {
                break;
            }
        }
        front * fraction
    }
}

/// Probability that |T| exceeds |t| for Student's t with `df` degrees of freedom; `df` need not be whole.
#[must_use]
pub(crate) fn t_two_sided(t: f64, df: f64) -> f64 {
    let total = df + t * t;
    incomplete_beta_of(0.5 * df, 0.5, df / total, t * t / total)
}

/// Cumulative distribution function of Student's t.
#[must_use]
pub(crate) fn t_cdf(t: f64, df: f64) -> f64 {
    let tail = 0.5 * t_two_sided(t, df);
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// Quantile of Student's t; `None` outside 0 < p < 1 or without degrees of freedom.
#[must_use]
pub(crate) fn t_quantile(p: f64, df: f64) -> Option<f64> {
    if df <= 0.0 || df.is_nan() {
        return None;
    }
    if p > 0.5 {
        return t_quantile(1.0 - p, df).map(|t| -t);
    }
    let z = normal_quantile(p)?;
    // Bracket in the lower tail: t lies at or below the normal quantile.
    let (mut low, mut high) = (z.min(-1e-300) * 2.0, 0.0);
    while t_cdf(low, df) > p {
        low *= 2.0;
        if low < -1e300 {
            return None;
        }
    }
    // First term of the expansion of t in powers of 1/df (Abramowitz and Stegun 26.7.5).
    let mut t = z + (z * z * z + z) / (4.0 * df);
    let ln_scale =
        lgamma(0.5 * (df + 1.0)) - lgamma(0.5 * df) - 0.5 * log(df * std::f64::consts::PI);
    for _ in 0..200 {
        if t <= low || t >= high {
            t = 0.5 * (low + high);
        }
        let error = t_cdf(t, df) - p;
        if error > 0.0 {
            high = t;
        } else {
            low = t;
        }
        let density = exp(ln_scale - 0.5 * (df + 1.0) * log1p(t * t / df));
        let next = t - error / density;
        if !next.is_finite() || (next - t).abs() <= 1e-14 * t.abs() {
            break;
        }
        t = next;
    }
    Some(t)
}

/// Cumulative distribution function of the noncentral t distribution, by Simpson's rule over the distribution of the
/// standard deviation: P(T ≤ t) = E Φ(t·s − δ) with s = √(χ²/df).
#[must_use]
pub(crate) fn noncentral_t_cdf(t: f64, df: f64, noncentrality: f64) -> f64 {
    const PANELS: u32 = 2_000;
    let spread = 1.0 / sqrt(2.0 * df);
    let (low, high) = ((1.0 - 12.0 * spread).max(0.0), 1.0 + 14.0 * spread);
    let ln_scale = log(2.0) + 0.5 * df * log(0.5 * df) - lgamma(0.5 * df);
    let height = |s: f64| {
        if s <= 0.0 {
            return 0.0;
        }
        let density = exp(ln_scale + (df - 1.0) * log(s) - 0.5 * df * s * s);
        density * normal_cdf(t * s - noncentrality)
    };
    let step = (high - low) / f64::from(PANELS);
    let mut sum = height(low) + height(high);
    for panel in 1..PANELS {
        let weight = if panel.is_multiple_of(2) { 2.0 } else { 4.0 };
        sum += weight * height(low + f64::from(panel) * step);
    }
    sum * step / 3.0
}

/// Probability that a chi-squared variable with `df` degrees of freedom exceeds `x`.
#[cfg_attr(not(test), expect(dead_code, reason = "the next study types use it"))]
#[must_use]
pub(crate) fn chi_squared_upper(x: f64, df: f64) -> f64 {
    upper_incomplete_gamma(0.5 * df, 0.5 * x)
}

/// Probability that an F variable with (`d1`, `d2`) degrees of freedom exceeds `f`.
#[cfg_attr(not(test), expect(dead_code, reason = "the next study types use it"))]
#[must_use]
pub(crate) fn f_upper(f: f64, d1: f64, d2: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    let total = d2 + d1 * f;
    incomplete_beta_of(0.5 * d2, 0.5 * d1, d2 / total, d1 * f / total)
}

/// Probability of at most `k` successes in `n` trials with success probability `p`.
#[must_use]
pub(crate) fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { incomplete_beta((n - k) as f64, k as f64 + 1.0, 1.0 - p) }
}

/// Probability of exactly `k` successes in `n` trials with success probability `p`.
#[must_use]
pub(crate) fn binomial_pmf(k: u64, n: u64, p: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    if p <= 0.0 || p >= 1.0 {
        let certain = if p <= 0.0 { 0 } else { n };
        return if k == certain { 1.0 } else { 0.0 };
    }
    let (n, k) = (n as f64, k as f64);
    exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * log(p) + (n - k) * log1p(-p))
}
