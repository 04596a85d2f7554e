// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/plan.hpp"

#include "harness/core/options.hpp"
#include "harness/run/supervised.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <set>
#include <toml++/toml.h>

namespace commitbench::sweep {
namespace {

constexpr std::array<std::string_view, 11> kKeys{"name",    "description", "seed", "repetitions",
                                                 "order",   "time_limit",  "axes", "exclude",
                                                 "include", "null",        "aa"};
constexpr std::array<std::string_view, 2> kOrders{"blocks", "sequential"};
constexpr std::string_view kSet = "set";

bool is_name_character(char c, bool first) {
    return (c >= 'a' && c <= 'z') || (!first && ((c >= '0' && c <= '9') || c == '-' || c == '_'));
}

bool is_name(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!is_name_character(text[i], i == 0)) {
            return false;
        }
    }
    return !text.empty();
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
    const std::string_view close = nearest(word, known);
    return close.empty() ? fmt::format("choose from {}", fmt::join(known, ", "))
                         : fmt::format("did you mean '{}'?", close);
}

/// One walk over the tables of a file.
class Reader {
  public:
    Reader(Plan& plan, const RunAxes& axes) : plan_(plan), axes_(axes) {}

    Status read(const toml::table& file) {
        for (const auto& [key, node] : file) {
            COMMITBENCH_TRY(read_key(key, node));
        }
        if (plan_.name.empty()) {
            return bad_input(
                fmt::format("{}: the plan has no name: write name = \"...\", in "
                            "letters, digits, - and _",
                            plan_.file));
        }
        if (plan_.axes.empty()) {
            return bad_input(fmt::format(
                "{}: the plan has no [axes]: name there what is to be measured, as in backend = "
                "[\"mpt\", \"paged\"]",
                plan_.file));
        }
        return check_names();
    }

  private:
    [[nodiscard]] Error refuse(const toml::source_region& where, std::string_view what) const {
        return bad_input(
            fmt::format("{}:{}:{}: {}", plan_.file, where.begin.line, where.begin.column, what));
    }

    Status read_key(const toml::key& key, const toml::node& node) {
        const std::string_view name = key.str();
        if (std::ranges::find(kKeys, name) == kKeys.end()) {
            return refuse(key.source(), fmt::format("no key of a plan is called '{}': {}", name,
                                                    did_you_mean(name, kKeys)));
        }
        if (name == "axes") {
            return read_table(name, node, plan_.axes, false);
        }
        if (name == "null") {
            return read_table(name, node, plan_.null_cell, true);
        }
        if (name == "aa") {
            return read_table(name, node, plan_.aa, true);
        }
        if (name == "exclude" || name == "include") {
            return read_list(name, node);
        }
        if (name == "seed" || name == "repetitions") {
            const auto number = node.value_exact<std::int64_t>();
            const std::int64_t least = name == "seed" ? 0 : 1;
            if (!number || *number < least) {
                return refuse(node.source(),
                              fmt::format("'{}' takes a whole number of at least {}", name, least));
            }
            (name == "seed" ? plan_.seed : plan_.repetitions) = static_cast<std::uint64_t>(*number);
            return {};
        }
        if (name == "time_limit") {
            const auto seconds = node.value_exact<std::int64_t>();
            if (!seconds || *seconds < 1 || *seconds > kLongestTimeLimit.count()) {
                return refuse(node.source(),
                              fmt::format("'{}' takes seconds, from 1 to {} (a week)", name,
                                          kLongestTimeLimit.count()));
            }
            plan_.time_limit = std::chrono::seconds(*seconds);
            return {};
        }
        const auto text = node.value_exact<std::string>();
        if (!text) {
            return refuse(node.source(), fmt::format("'{}' takes a string", name));
        }
        if (name == "order") {
            const auto order = parse_order(*text);
            if (!order) {
                return refuse(node.source(), order.error().message);
            }
            plan_.order = *order;
        } else if (name == "description") {
            plan_.description = *text;
        } else {
            plan_.name = *text;
            const bool good = !text->empty() && std::ranges::all_of(*text, [](char c) {
                return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
            });
            if (!good) {
                return refuse(node.source(), fmt::format("the name '{}' is not good: use letters, "
                                                         "digits, - and _",
                                                         *text));
            }
        }
        return {};
    }

    Status read_list(std::string_view name, const toml::node& node) {
        const toml::array* list = node.as_array();
        if (list == nullptr || !list->is_array_of_tables()) {
            return refuse(node.source(),
                          fmt::format("'{}' is a list of tables: write [[{}]]", name, name));
        }
        for (const toml::node& element : *list) {
            const toml::table& table = *element.as_table();
            if (name == "exclude") {
                COMMITBENCH_TRY(read_table(name, table, plan_.exclude.emplace_back(), false));
                if (plan_.exclude.back().empty()) {
                    return refuse(table.source(),
                                  "this [[exclude]] is empty and would drop every cell");
                }
            } else {
                COMMITBENCH_TRY(read_inclusion(table));
            }
        }
        return {};
    }

    Status read_inclusion(const toml::table& table) {
        Inclusion& inclusion = plan_.include.emplace_back();
        inclusion.line = table.source().begin.line;
        for (const auto& [key, node] : table) {
            if (key.str() == kSet) {
                inclusion.changes = true;
                COMMITBENCH_TRY(read_table(kSet, node, inclusion.set, true));
                if (inclusion.set.empty()) {
                    return refuse(node.source(), "'set' is empty: name what is to be changed");
                }
            } else {
                COMMITBENCH_TRY(read_axis(key, node, inclusion.match, false));
            }
        }
        sort(inclusion.match);
        if (!inclusion.changes && inclusion.match.empty()) {
            return refuse(table.source(),
                          "this [[include]] is empty: name an axis of the cells "
                          "that it adds, or what to `set`");
        }
        return {};
    }

    Status read_table(std::string_view name,
                      const toml::node& node,
                      AxisTable& axes,
                      bool single) const {
        const toml::table* table = node.as_table();
        if (table == nullptr) {
            return refuse(node.source(), fmt::format("'{}' is a table of axis = value", name));
        }
        for (const auto& [key, value] : *table) {
            COMMITBENCH_TRY(read_axis(key, value, axes, single));
        }
        sort(axes);
        return {};
    }

    /// toml++ gives keys in the order of the alphabet; the file's own order is what its writer
    /// expects to see.
    static void sort(AxisTable& axes) { std::ranges::stable_sort(axes, {}, &Axis::line); }

    Status read_axis(const toml::key& key,
                     const toml::node& node,
                     AxisTable& axes,
                     bool single) const {
        const std::string name(key.str());
        if (!is_name(name) || name == kSet) {
            return refuse(key.source(),
                          fmt::format("'{}' is no name of an axis or a parameter: use lower-case "
                                      "letters, digits, - and _, a letter first",
                                      name));
        }
        Axis axis{.name = name, .values = {}, .line = key.source().begin.line};
        if (const toml::array* list = node.as_array()) {
            if (single) {
                return refuse(node.source(),
                              fmt::format("'{}' takes one value here, not a list", name));
            }
            for (const toml::node& element : *list) {
                COMMITBENCH_TRY(read_value(name, element, axis));
            }
            if (axis.values.empty()) {
                return refuse(node.source(),
                              fmt::format("'{}' is an empty list: name at least one value", name));
            }
        } else {
            COMMITBENCH_TRY(read_value(name, node, axis));
        }
        axes.push_back(std::move(axis));
        return {};
    }

    Status read_value(const std::string& name, const toml::node& node, Axis& axis) const {
        AxisValue value{.text = {}, .line = node.source().begin.line};
        if (const auto text = node.value_exact<std::string>()) {
            value.text = *text;
        } else if (const auto number = node.value_exact<std::int64_t>()) {
            value.text = std::to_string(*number);
        } else if (const auto real = node.value_exact<double>()) {
            value.text = fmt::format("{}", *real);
        } else {
            return refuse(
                node.source(),
                fmt::format("'{}' takes strings and numbers (on and off are strings)", name));
        }
        if (std::ranges::any_of(axis.values,
                                [&](const AxisValue& one) { return one.text == value.text; })) {
            return refuse(node.source(),
                          fmt::format("'{}' has the value '{}' twice", name, value.text));
        }
        axis.values.push_back(std::move(value));
        return {};
    }

    [[nodiscard]] std::vector<const AxisTable*> tables() const {
        std::vector<const AxisTable*> all{&plan_.axes, &plan_.null_cell, &plan_.aa};
        for (const AxisTable& table : plan_.exclude) {
            all.push_back(&table);
        }
        for (const Inclusion& inclusion : plan_.include) {
            all.push_back(&inclusion.match);
            all.push_back(&inclusion.set);
        }
        return all;
    }

    /// Every {name} must have values, and everything that has values must be an axis of a run or be
    /// named somewhere: else it is a word with a typo, and would silently do nothing.
    Status check_names() const {
        std::set<std::string, std::less<>> named;
        std::set<std::string, std::less<>> valued;
        for (const AxisTable* table : tables()) {
            for (const Axis& axis : *table) {
                valued.insert(axis.name);
                for (const AxisValue& value : axis.values) {
                    for (std::string& name : placeholders(value.text)) {
                        named.insert(std::move(name));
                    }
                }
            }
        }
        for (const AxisTable* table : tables()) {
            for (const Axis& axis : *table) {
                COMMITBENCH_TRY(check_names(axis, named, valued));
            }
        }
        return {};
    }

    [[nodiscard]] Status check_names(const Axis& axis,
                                     const std::set<std::string, std::less<>>& named,
                                     const std::set<std::string, std::less<>>& valued) const {
        if (!axes_.has(axis.name) && !named.contains(axis.name)) {
            std::vector<std::string_view> known = axes_.names;
            known.insert(known.end(), named.begin(), named.end());
            return bad_input(fmt::format(
                "{}:{}: '{}' is no axis of a run, and no value has {{{}}} in it: {}", plan_.file,
                axis.line, axis.name, axis.name, did_you_mean(axis.name, known)));
        }
        for (const AxisValue& value : axis.values) {
            for (const std::string& name : placeholders(value.text)) {
                if (!valued.contains(name)) {
                    const std::vector<std::string_view> known(valued.begin(), valued.end());
                    return bad_input(fmt::format("{}:{}: nothing gives {{{}}} in '{}' a value: {}",
                                                 plan_.file, value.line, name, value.text,
                                                 did_you_mean(name, known)));
                }
            }
        }
        return {};
    }

    Plan& plan_;
    const RunAxes& axes_;
};

}  // namespace

bool RunAxes::has(std::string_view name) const {
    return std::ranges::find(names, name) != names.end();
}

std::string_view order_name(Order order) noexcept {
    return kOrders[static_cast<std::size_t>(order)];
}

Result<Order> parse_order(std::string_view text) {
    for (const Order order : {Order::blocks, Order::sequential}) {
        if (text == order_name(order)) {
            return order;
        }
    }
    return bad_input(fmt::format("no order is called '{}': {}", text, did_you_mean(text, kOrders)));
}

std::vector<std::string> placeholders(std::string_view text) {
    std::vector<std::string> names;
    std::size_t at = 0;
    while ((at = text.find('{', at)) != std::string_view::npos) {
        const std::size_t end = text.find('}', at);
        if (end == std::string_view::npos) {
            break;
        }
        const std::string_view name = text.substr(at + 1, end - at - 1);
        ++at;
        if (is_name(name)) {
            names.emplace_back(name);
        }
    }
    return names;
}

Result<Plan> parse_plan(std::string text, const std::string& file, const RunAxes& axes) {
    Plan plan;
    plan.file = file;
    plan.text = std::move(text);
    try {
        const toml::table table = toml::parse(plan.text, file);
        COMMITBENCH_TRY(Reader(plan, axes).read(table));
    } catch (const toml::parse_error& error) {
        return bad_input(fmt::format("{}:{}:{}: {}", file, error.source().begin.line,
                                     error.source().begin.column, error.description()));
    }
    return plan;
}

}  // namespace commitbench::sweep
