/// A range of numbers along an axis that begins at 0, up to a round number.
struct Axis {
    let end: Double
    private let step: Double

    /// Reaches at least this far, and somewhere in any case.
    init(to wanted: Double) {
        let most = wanted > 1e-9 && wanted.isFinite ? wanted : 1
        var unit = 1.0
        while unit * 10 <= most { unit *= 10 }
        while unit > most { unit /= 10 }
        step = unit * (most / unit <= 2 ? 0.5 : most / unit <= 5 ? 1 : 2)
        end = max(1, (most / step).rounded(.up)) * step
    }

    /// The place of a value, from 0 to 1.
    func place(_ value: Double) -> Double { value / end }

    /// Round numbers, and how to write them in a unit.
    func ticks(per unit: Double = 1) -> [SVGPanel.Tick] {
        let decimals = step / unit >= 1 ? 0 : step / unit >= 0.1 ? 1 : 2
        return (0...Int((end / step).rounded())).map {
            let value = Double($0) * step
            return SVGPanel.Tick(place: place(value), label: (value / unit).text(decimals: decimals))
        }
    }
}

extension Double {
    /// The logarithm to the base 2 of a positive number. Without a maths library.
    var logarithm: Double {
        // ln m = 2 artanh z, whose series is short because the significand is below 2.
        let ratio = (significand - 1) / (significand + 1), square = ratio * ratio
        var power = ratio, sum = 0.0
        for divisor in stride(from: 1.0, through: 15, by: 2) {
            sum += power / divisor
            power *= square
        }
        return Double(exponent) + 2 * sum * 1.442_695_040_888_963_4
    }
}
