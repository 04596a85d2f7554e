// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/cells.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <set>
#include <xxhash.h>

namespace commitbench::sweep {
namespace {

constexpr std::array<std::string_view, 3> kRoles{"cell", "null", "aa"};

/// {names} within {names}: deeper is a circle.
constexpr int kDeepest = 8;

/// A cell before {names} are replaced: axis -> value as written.
using Raw = std::map<std::string, AxisValue, std::less<>>;

struct Draft {
    Raw raw;
    SweepCell cell;
};

std::string hex(XXH128_hash_t hash) {
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string identity_of(const SweepCell& cell) {
    std::string text = fmt::format("role={}\n", role_name(cell.role));
    for (const auto& [name, value] : cell.axes) {
        text += fmt::format("{}={}\n", name, value);
    }
    return text;
}

void name_cell(SweepCell& cell) {
    const std::string text = identity_of(cell);
    cell.id = fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

class Expansion {
  public:
    Expansion(const Plan& plan, const RunAxes& axes) : plan_(plan), axes_(axes) {}

    Result<std::vector<SweepCell>> run() {
        for (const auto& [name, value] : axes_.defaults) {
            base_[name] = {value, 0};
        }
        COMMITBENCH_TRY(add_product(plan_.axes));
        for (const AxisTable& exclusion : plan_.exclude) {
            COMMITBENCH_TRY(drop(exclusion));
        }
        for (const Inclusion& inclusion : plan_.include) {
            COMMITBENCH_TRY(include(inclusion));
        }
        if (drafts_.empty()) {
            return bad_input(fmt::format("{}: no cell is left: exclude fewer", plan_.file));
        }
        return finish();
    }

  private:
    [[nodiscard]] Error refuse(unsigned line, std::string_view what) const {
        return bad_input(fmt::format("{}:{}: {}", plan_.file, line, what));
    }

    Status add_product(const AxisTable& axes) {
        std::vector<std::size_t> at(axes.size(), 0);
        while (true) {
            Raw raw = base_;
            for (std::size_t i = 0; i < axes.size(); ++i) {
                raw[axes[i].name] = axes[i].values[at[i]];
            }
            COMMITBENCH_TRY(add(std::move(raw)));
            std::size_t wheel = axes.size();
            while (wheel > 0 && ++at[wheel - 1] == axes[wheel - 1].values.size()) {
                at[--wheel] = 0;
            }
            if (wheel == 0) {
                return {};
            }
        }
    }

    Status add(Raw raw) {
        auto cell = resolve(raw, CellRole::cell);
        if (!cell) {
            return cell.error();
        }
        if (!known_.insert(cell->id).second) {
            return {};
        }
        if (drafts_.size() == kMostCells) {
            return bad_input(
                fmt::format("{}: the plan comes to more than {} cells: give its axes "
                            "fewer values",
                            plan_.file, kMostCells));
        }
        drafts_.push_back({std::move(raw), std::move(*cell)});
        return {};
    }

    Result<SweepCell> resolve(const Raw& raw, CellRole role) const {
        SweepCell cell;
        cell.role = role;
        std::set<std::string, std::less<>> used;
        std::map<std::string, std::pair<std::string, unsigned>> values;
        for (const auto& [name, value] : raw) {
            if (axes_.has(name)) {
                auto text = replace(raw, value, used, 0);
                if (!text) {
                    return text.error();
                }
                values[name] = {std::move(*text), value.line};
            }
        }
        for (const std::string& name : std::set<std::string, std::less<>>(used)) {
            if (!values.contains(name)) {
                const AxisValue& value = raw.find(name)->second;
                auto text = replace(raw, value, used, 0);
                if (!text) {
                    return text.error();
                }
                values[name] = {std::move(*text), value.line};
            }
        }
        for (auto& [name, value] : values) {
            cell.axes.emplace_back(name, std::move(value.first));
            cell.lines.push_back(value.second);
        }
        name_cell(cell);
        return cell;
    }

    Result<std::string> replace(const Raw& raw,
                                const AxisValue& value,
                                std::set<std::string, std::less<>>& used,
                                int depth) const {
        if (depth > kDeepest) {
            return refuse(value.line, fmt::format("'{}' refers to itself", value.text));
        }
        std::string text = value.text;
        for (const std::string& name : placeholders(value.text)) {
            const auto found = raw.find(name);
            if (found == raw.end()) {
                return refuse(value.line,
                              fmt::format("{{{}}} in '{}' has no value in some cells: give it one "
                                          "under [axes], or beside this value",
                                          name, value.text));
            }
            used.insert(name);
            auto inner = replace(raw, found->second, used, depth + 1);
            if (!inner) {
                return inner.error();
            }
            const std::string braced = "{" + name + "}";
            const std::size_t at = text.find(braced);
            if (at != std::string::npos) {  // else an inner value has shown it already
                text.replace(at, braced.size(), *inner);
            }
        }
        return text;
    }

    /// As written or as it came out.
    static bool matches(const Draft& draft, const AxisTable& wanted) {
        return std::ranges::all_of(wanted, [&draft](const Axis& axis) {
            const auto raw = draft.raw.find(axis.name);
            const auto shown = draft.cell.value(axis.name);
            return std::ranges::any_of(axis.values, [&](const AxisValue& value) {
                return (raw != draft.raw.end() && raw->second.text == value.text) ||
                       (shown && *shown == value.text);
            });
        });
    }

    Status drop(const AxisTable& exclusion) {
        if (std::erase_if(drafts_, [&](const Draft& draft) {
                const bool drops = matches(draft, exclusion);
                if (drops) {
                    known_.erase(draft.cell.id);
                }
                return drops;
            }) == 0) {
            return refuse(exclusion.front().line,
                          "this [[exclude]] drops no cell: check its values");
        }
        return {};
    }

    Status include(const Inclusion& inclusion) {
        if (!inclusion.changes) {
            AxisTable product = plan_.axes;
            for (const Axis& axis : inclusion.match) {
                const auto same = std::ranges::find(product, axis.name, &Axis::name);
                if (same != product.end()) {
                    *same = axis;
                } else {
                    product.push_back(axis);
                }
            }
            return add_product(product);
        }
        std::vector<Draft> before = std::move(drafts_);
        drafts_.clear();
        known_.clear();
        bool any = false;
        for (Draft& draft : before) {
            if (matches(draft, inclusion.match)) {
                any = true;
                set(draft.raw, inclusion.set);
            }
            COMMITBENCH_TRY(add(std::move(draft.raw)));
        }
        return any ? Status()
                   : refuse(inclusion.line, "this [[include]] changes no cell: check its values");
    }

    static void set(Raw& raw, const AxisTable& values) {
        for (const Axis& axis : values) {
            raw[axis.name] = axis.values.front();
        }
    }

    Result<std::vector<SweepCell>> finish() const {
        std::vector<SweepCell> cells;
        for (const Draft& draft : drafts_) {
            cells.push_back(draft.cell);
        }
        Raw raw = drafts_.front().raw;
        for (const auto& [name, value] : axes_.null_cell) {
            raw[name] = {value, 0};
        }
        set(raw, plan_.null_cell);
        auto null_cell = resolve(raw, CellRole::null);
        if (!null_cell) {
            return null_cell.error();
        }
        cells.push_back(std::move(*null_cell));

        const auto doubled = std::ranges::find_if(
            drafts_, [this](const Draft& draft) { return matches(draft, plan_.aa); });
        if (doubled == drafts_.end()) {
            return refuse(plan_.aa.front().line, "[aa] matches no cell: check its values");
        }
        SweepCell twin = doubled->cell;
        twin.role = CellRole::aa;
        twin.twin_of = doubled->cell.id;
        name_cell(twin);
        cells.push_back(std::move(twin));
        return cells;
    }

    const Plan& plan_;
    const RunAxes& axes_;
    Raw base_;
    std::vector<Draft> drafts_;
    std::set<std::string> known_;  // ids of drafts_
};

}  // namespace

std::string_view role_name(CellRole role) noexcept {
    return kRoles[static_cast<std::size_t>(role)];
}

std::optional<std::string_view> SweepCell::value(std::string_view axis) const {
    for (const auto& [name, text] : axes) {
        if (name == axis) {
            return text;
        }
    }
    return std::nullopt;
}

Result<std::vector<SweepCell>> expand(const Plan& plan, const RunAxes& axes) {
    return Expansion(plan, axes).run();
}

std::string plan_hash(const Plan& plan, const std::vector<SweepCell>& cells) {
    std::string text = fmt::format("{}\n{}\n{}\n", plan.name, order_name(plan.order), plan.seed);
    for (const SweepCell& cell : cells) {
        text += cell.id + "\n";
    }
    return hex(XXH3_128bits(text.data(), text.size()));
}

std::vector<std::string> varying_axes(const std::vector<SweepCell>& cells) {
    std::map<std::string, std::set<std::string>> values;
    std::map<std::string, std::size_t> seen;
    std::size_t plain = 0;
    for (const SweepCell& cell : cells) {
        if (cell.role != CellRole::cell) {
            continue;
        }
        ++plain;
        for (const auto& [name, value] : cell.axes) {
            values[name].insert(value);
            ++seen[name];
        }
    }
    std::vector<std::string> varying;
    for (const auto& [name, distinct] : values) {
        if (distinct.size() > 1 || seen[name] != plain) {
            varying.push_back(name);
        }
    }
    return varying;
}

std::string short_name(const SweepCell& cell, const std::vector<std::string>& axes) {
    if (cell.role == CellRole::null) {
        return "null x null";
    }
    std::string text;
    for (const std::string& name : axes) {
        if (const auto value = cell.value(name)) {
            text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, *value);
        }
    }
    if (text.empty()) {
        text = fmt::format("{} x {}", cell.value("executor").value_or(""),
                           cell.value("backend").value_or(""));
    }
    return cell.role == CellRole::aa ? text + " (A/A)" : text;
}

}  // namespace commitbench::sweep
