// The crisis model by hand: plain C++, one run after another, each to its end. What the block of 4,096 runs is measured
// against (`make bench`).
//
//     compiled CAST RUNS SEED        prints what came, as JSON
//
// CAST is written by compiled.py from a scenario. Section numbers are those of docs/model.md. It is written to be fast:
// single precision, xoshiro256++ with a ziggurat (Marsaglia & Tsang 2000), no random number that is not needed, nothing
// computed twice on a day, no day after the end of a run.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace {

class Chance {
  public:
    explicit Chance(uint64_t seed) {
        for (auto& word : state_) {  // splitmix64
            uint64_t z = (seed += 0x9e3779b97f4a7c15ull);
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
            z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
            word = z ^ (z >> 31);
        }
        double edge = R, last = R, area = V / std::exp(-0.5 * R * R);
        scale_[0] = float(area / 2147483648.0);
        bound_[0] = uint32_t(edge / area * 2147483648.0);
        bound_[1] = 0;
        density_[0] = 1;
        scale_[127] = float(edge / 2147483648.0);
        density_[127] = float(std::exp(-0.5 * edge * edge));
        for (int i = 126; i >= 1; --i) {
            edge = std::sqrt(-2 * std::log(V / edge + std::exp(-0.5 * edge * edge)));
            bound_[i + 1] = uint32_t(edge / last * 2147483648.0);
            last = edge;
            density_[i] = float(std::exp(-0.5 * edge * edge));
            scale_[i] = float(edge / 2147483648.0);
        }
    }

    float uniform() { return float(next() >> 40) * 0x1p-24f; }

    float normal() {
        for (;;) {
            const uint64_t bits = next();
            const int32_t signed_bits = int32_t(bits >> 32);
            const unsigned layer = bits & 127;
            const float x = float(signed_bits) * scale_[layer];
            if (uint32_t(std::abs(int64_t(signed_bits))) < bound_[layer]) return x;
            if (layer == 0) return tail(signed_bits < 0);
            if (density_[layer] + uniform() * (density_[layer - 1] - density_[layer]) < std::exp(-0.5f * x * x)) return x;
        }
    }

  private:
    static constexpr double R = 3.442619855899, V = 9.91256303526217e-3;
    uint64_t state_[4];
    uint32_t bound_[128];
    float scale_[128], density_[128];

    static uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

    uint64_t next() {
        const uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0], t = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = rotate(state_[3], 45);
        return result;
    }

    float tail(bool negative) {
        float x, y;
        do {
            x = -std::log(uniform() + 0x1p-25f) / float(R);
            y = -std::log(uniform() + 0x1p-25f);
        } while (y + y < x * x);
        return negative ? -float(R) - x : float(R) + x;
    }
};

struct Input {  // its values at equal steps of its quantile; inputs of one stream share the quantile
    int stream;
    std::vector<float> values;
};

struct Pair {  // of inputs: the same twice, or by the sample that a draw belongs to
    int crises = -1, threats = -1;
};

enum Parameter {
    PRECISION, INERTIA, LAUNCH_RATE, AGREEMENT_RATE, CONTEST, RIFT_COST, DEFEAT_COST, PROVOCATION_PULL,
    HUMANITARIAN_COST, CLASH_COST, AGREEMENT_GAIN, PRESS_EFFECT, CONDITION_EFFECT, INCIDENT_RATE, STRIKE_RATE,
    RESTRAINT, BREAK_RATE, TROOP_WEIGHT, COMMIT_EFFECT, TERMS_RATE, FRAILTY, PATRON_BIAS, GUARANTOR_BIAS,
    AGREEMENT_POSITION, TERMS_POSITION, PARAMETERS,
};
const char* const PARAMETER_NAMES[] = {
    "precision", "inertia", "launch_rate", "agreement_rate", "contest", "rift_cost", "defeat_cost",
    "provocation_pull", "humanitarian_cost", "clash_cost", "agreement_gain", "press_effect", "condition_effect",
    "incident_rate", "strike_rate", "restraint", "break_rate", "troop_weight", "commit_effect", "terms_rate",
    "frailty", "patron_bias", "guarantor_bias", "agreement_position", "terms_position",
};

enum Field {
    OWN_STANCE, OWN_RESOLVE, OWN_SALIENCE, OWN_AMBIGUITY, OWN_STRENGTH, OWN_POSTURE, UNSEEN, OWN_SELF_RELIANCE,
    OWN_MOMENTUM, OWN_DISPOSITION, OWN_SHARE, OWN_EXPOSURE, OWN_AIR_DENIAL, OWN_MILITANCY, OWN_ATTENTION, FIELDS,
};
const char* const FIELD_NAMES[] = {
    "stance", "resolve", "salience", "ambiguity", "strength", "posture", "frailty", "self_reliance", "momentum",
    "disposition", "share", "exposure", "air_denial", "militancy", "attention",
};

enum Role { INITIATOR, PATRON, GUARANTOR, DEFENDER, MEDIATOR };
constexpr float RATE[] = {0.05f, 0.08f, 0.08f, 0.2f, 0.1f};

struct Tie { int source, target, input; };
struct Pressure { int target, leverage, intensity; bool conditional; float aim; };  // leverage: -1 for none
struct Told { float mean, variance; bool held; Role role; int inputs[FIELDS]; };

struct Cast {
    int horizon, replicates, principal, counterpart, bargain, streams;  // bargain: input of the tie between the two
    bool under_agreement, strikes, terms;
    std::vector<int> milestones;
    std::vector<Input> inputs;
    std::map<std::string, int> by_path;
    std::vector<Told> actors;
    std::vector<Tie> ties;
    std::vector<Pressure> pressures;
    std::vector<float> changes;  // by day, and of a day by pressure
    std::vector<float> talks;

    int input(const std::string& path) const {
        auto found = by_path.find(path);
        return found == by_path.end() ? -1 : found->second;
    }
};

Cast read(const char* path) {
    std::ifstream in(path);
    Cast c;
    size_t n;
    in >> c.horizon >> c.replicates >> c.principal >> c.counterpart >> c.bargain >> c.streams >> c.under_agreement >> c.strikes >> c.terms;
    in >> n;
    c.milestones.resize(n);
    for (auto& day : c.milestones) in >> day;
    in >> n;
    for (size_t i = 0; i < n; ++i) {
        std::string name;
        size_t length;
        Input one;
        in >> name >> one.stream >> length;
        one.values.resize(length);
        for (auto& value : one.values) in >> value;
        c.by_path[name] = int(i);
        c.inputs.push_back(std::move(one));
    }
    in >> n;
    for (size_t i = 0; i < n; ++i) {
        Told actor;
        std::string name;
        int role;
        in >> name >> role >> actor.held >> actor.mean >> actor.variance;
        actor.role = Role(role);
        for (int key = 0; key < FIELDS; ++key) actor.inputs[key] = c.input("actors." + name + "." + FIELD_NAMES[key]);
        c.actors.push_back(std::move(actor));
    }
    in >> n;
    c.ties.resize(n);
    for (auto& tie : c.ties) in >> tie.source >> tie.target >> tie.input;
    in >> n;
    c.pressures.resize(n);
    for (auto& one : c.pressures) in >> one.target >> one.leverage >> one.intensity >> one.conditional >> one.aim;
    c.changes.resize(n * size_t(c.horizon));
    for (auto& change : c.changes) in >> change;
    c.talks.resize(size_t(c.horizon));
    for (auto& factor : c.talks) in >> factor;
    if (!in) {
        std::cerr << "compiled: " << path << " is no cast\n";
        std::exit(2);
    }
    return c;
}

float clip(float value, float low, float high) { return std::min(std::max(value, low), high); }

struct Weight { int actor; float weight; };
struct Change { int pressure; float weight; };

struct Actor {
    Role role;
    bool held;
    float conviction, resolve, salience, ambiguity, strength, noise, start, mean, first_variance, rate;
    float keeping, constant, own;  // own: what its role alone has (exposure, attention, militancy, air denial)
    std::vector<Weight> heard, mediators, rifts, clashes, held_by;
    std::vector<Change> persuasion, conditions;
    float stance, next, perceived, variance, posture, target, condition, argument;
};

struct Outcome { int strike, agreement, offensive, terms; };

class Crisis {
  public:
    explicit Crisis(const Cast& cast) : cast_(cast), quantiles_(size_t(cast.streams)), values_(cast.inputs.size()) {
        for (auto& told : cast.actors) {
            Actor one{};
            one.role = told.role, one.held = told.held, one.mean = told.mean, one.first_variance = told.variance;
            one.rate = RATE[one.role];
            const int i = int(actors_.size());
            if (one.role == INITIATOR) initiator_ = i;
            if (one.role == PATRON) patrons_.push_back({i, 0});
            if (one.role == GUARANTOR) guarantors_.push_back(i);
            if (one.role == DEFENDER) defenders_.push_back(i);
            actors_.push_back(one);
        }
        for (int i = 0; i < PARAMETERS; ++i) parameters_[i] = pair(std::string("parameters.") + PARAMETER_NAMES[i]);
        sample_ = cast.input("sample"), population_ = cast.input("population"), credibility_ = cast.input("credibility");
    }

    void draw(Chance& chance) {  // section 2, and what stays the same all through a run
        for (auto& one : quantiles_) one = chance.uniform();
        for (size_t i = 0; i < values_.size(); ++i) {
            const Input& one = cast_.inputs[i];
            const size_t n = one.values.size();
            values_[i] = n == 1 ? one.values[0] : one.values[std::min(n - 1, size_t(quantiles_[size_t(one.stream)] * float(n)))];
        }
        precision_ = parameter(PRECISION), contest_ = parameter(CONTEST);
        launch_rate_ = parameter(LAUNCH_RATE), incident_rate_ = parameter(INCIDENT_RATE);
        strike_rate_ = cast_.strikes ? parameter(STRIKE_RATE) : 0, break_rate_ = parameter(BREAK_RATE);
        terms_rate_ = cast_.terms ? parameter(TERMS_RATE) : 0, terms_position_ = parameter(TERMS_POSITION);
        troops_ = parameter(TROOP_WEIGHT), pull_ = parameter(PROVOCATION_PULL);
        position_ = parameter(AGREEMENT_POSITION), worth_ = parameter(AGREEMENT_GAIN);
        const float people = population_ < 0 ? 1 : values_[size_t(population_)];
        const float stake = population_ < 0 ? 0.5f : clip(std::log10(people / 10000) / 2.5f, 0, 1);
        half_stake_ = 0.5f * stake;
        const float credibility = values_[size_t(credibility_)];
        held_back_ = 1 - credibility * (1 - std::min(1.0f, parameter(RESTRAINT)));
        const float inertia = parameter(INERTIA), frailty = parameter(FRAILTY);
        float shares = 0;
        for (size_t i = 0; i < actors_.size(); ++i) {
            Actor& a = actors_[i];
            a.conviction = field(i, OWN_STANCE), a.resolve = field(i, OWN_RESOLVE), a.salience = field(i, OWN_SALIENCE);
            a.ambiguity = field(i, OWN_AMBIGUITY), a.strength = field(i, OWN_STRENGTH), a.start = field(i, OWN_POSTURE);
            const float least = std::max(a.ambiguity, 0.02f);
            a.noise = least * least;
            const float common = frailty * field(i, UNSEEN) - inertia;
            a.heard.clear(), a.mediators.clear(), a.rifts.clear(), a.clashes.clear(), a.held_by.clear();
            a.persuasion.clear(), a.conditions.clear();
            switch (a.role) {
                case INITIATOR:
                    a.constant = common + parameter(COMMIT_EFFECT) * (0.5f - credibility);
                    reliance_ = field(i, OWN_SELF_RELIANCE);
                    fear_ = parameter(DEFEAT_COST) * (1 - field(i, OWN_MOMENTUM) / 2);
                    disposition_ = field(i, OWN_DISPOSITION);
                    break;
                case PATRON:
                    a.constant = common + parameter(PATRON_BIAS);
                    a.own = parameter(HUMANITARIAN_COST) * field(i, OWN_EXPOSURE);
                    shares += field(i, OWN_SHARE);
                    break;
                case GUARANTOR:
                    a.constant = common + parameter(GUARANTOR_BIAS);
                    a.own = field(i, OWN_AIR_DENIAL);
                    break;
                case DEFENDER: a.own = field(i, OWN_MILITANCY); break;
                case MEDIATOR: a.own = field(i, OWN_ATTENTION); break;
            }
        }
        for (auto& patron : patrons_) patron.weight = field(size_t(patron.actor), OWN_SHARE) / shares;
        tie();
    }

    Outcome play(Chance& chance) {
        const int horizon = cast_.horizon;
        Outcome came{horizon, horizon, horizon, horizon};
        for (auto& a : actors_)
            a.stance = a.conviction, a.perceived = a.mean, a.variance = a.first_variance, a.posture = a.start;
        attacks_ = bombing_ = 0.1f;
        displacement_ = 0;
        agreement_ = cast_.under_agreement;
        survey();
        for (int day = 0; day < horizon; ++day) {
            talk(chance);
            deliberate(chance, day);
            adjust();
            if (resolve(chance, day, came)) break;
        }
        return came;
    }

  private:
    const Cast& cast_;
    std::vector<float> quantiles_, values_;
    std::vector<Actor> actors_;
    Pair parameters_[PARAMETERS];
    int sample_, population_, credibility_;
    int initiator_ = 0;
    std::vector<Weight> patrons_;
    std::vector<int> guarantors_, defenders_;
    float precision_, contest_, launch_rate_, incident_rate_, strike_rate_, break_rate_, terms_rate_, terms_position_;
    float troops_, pull_, position_, worth_, half_stake_, held_back_, reliance_, fear_, disposition_;
    float agreement_rate_ = 0, agreement_rift_ = 0;
    float attacks_, bombing_, displacement_, support_, imminence_, resistance_;
    bool agreement_;

    Pair pair(const std::string& path) const {
        const int plain = cast_.input(path), crises = cast_.input(path + "_crises"), threats = cast_.input(path + "_threats");
        return plain >= 0 ? Pair{plain, plain} : Pair{crises < 0 ? threats : crises, threats < 0 ? crises : threats};
    }

    float parameter(Parameter name) const {
        const Pair one = parameters_[name];
        return values_[size_t(one.crises == one.threats || values_[size_t(sample_)] <= 0 ? one.crises : one.threats)];
    }

    float field(size_t actor, Field name) const { return values_[size_t(cast_.actors[actor].inputs[name])]; }

    float leverage(int input) const { return input < 0 ? 0 : values_[size_t(input)]; }

    void tie() {
        const float rift = parameter(RIFT_COST), clash = parameter(CLASH_COST), press = parameter(PRESS_EFFECT);
        for (auto& tie : cast_.ties) {
            Actor& a = actors_[size_t(tie.target)];
            const float w = values_[size_t(tie.input)];
            a.heard.push_back({tie.source, w});
            const Role source = actors_[size_t(tie.source)].role;
            if (source == MEDIATOR) a.mediators.push_back({tie.source, press * (1 - a.resolve) * w});
            if (source == GUARANTOR && (a.role == INITIATOR || a.role == PATRON)) a.rifts.push_back({tie.source, rift * w});
            if (source == PATRON && a.role == GUARANTOR) a.clashes.push_back({tie.source, clash * w});
            if (source == GUARANTOR && a.role == DEFENDER) a.held_by.push_back({tie.source, w});
        }
        for (auto& a : actors_) {
            float whole = 0;
            for (auto& one : a.heard) whole += one.weight;
            const float giving_way = (1 - a.resolve) * std::min(1.0f, whole);
            for (auto& one : a.heard) one.weight *= whole > 0 ? giving_way / whole : 0;
            a.keeping = (1 - giving_way) * a.conviction;
        }
        for (auto& one : cast_.pressures) {
            Actor& a = actors_[size_t(one.target)];
            const float effect = one.conditional ? parameter(CONDITION_EFFECT) : press * (1 - a.resolve);
            const float weight = one.aim * effect * values_[size_t(one.intensity)] * leverage(one.leverage);
            (one.conditional ? a.conditions : a.persuasion).push_back({int(&one - cast_.pressures.data()), weight});
        }
        if (cast_.counterpart >= 0) {
            const float w = leverage(cast_.bargain);
            agreement_rate_ = parameter(AGREEMENT_RATE) * w;
            agreement_rift_ = actors_[size_t(cast_.counterpart)].role == GUARANTOR ? rift * w : 0;
        }
    }

    float choice(float z) const { return 1 / (1 + std::exp(-precision_ * z)); }

    void talk(Chance& chance) {  // phases 1 and 2
        for (auto& a : actors_) {
            const float said = a.stance + a.ambiguity * chance.normal(), predicted = a.variance + 0.004f;
            const float gain = predicted / (predicted + a.noise);
            a.perceived += gain * (said - a.perceived);
            a.variance = predicted * (1 - gain);
        }
    }

    void deliberate(Chance& chance, int day) {  // phase 3
        const float* today = cast_.changes.data() + size_t(day) * cast_.pressures.size();
        for (auto& a : actors_) {
            float target = a.keeping;
            for (auto& one : a.heard) target += one.weight * actors_[size_t(one.actor)].perceived;
            for (auto& one : a.persuasion) target += one.weight * today[one.pressure];
            for (auto& one : a.mediators) {
                const Actor& mediator = actors_[size_t(one.actor)];
                target += one.weight * mediator.posture * mediator.stance;
            }
            a.condition = 0;
            for (auto& one : a.conditions) a.condition += one.weight * today[one.pressure];
            a.next = clip(a.stance + 0.08f * (target - a.stance) + 0.02f * chance.normal(), -1, 1);
        }
        for (auto& a : actors_) a.stance = a.next;
    }

    void survey() {  // support and imminence, from the postures as they are
        float backing = 0;
        for (auto& one : patrons_) backing += one.weight * actors_[size_t(one.actor)].posture;
        for (int g : guarantors_) backing *= 1 - actors_[size_t(g)].own * actors_[size_t(g)].posture;
        support_ = reliance_ + (1 - reliance_) * backing;
        imminence_ = actors_[size_t(initiator_)].posture * support_;
    }

    float defence() const {
        float troops = 0;
        for (int g : guarantors_) troops += actors_[size_t(g)].strength * actors_[size_t(g)].posture;
        return resistance_ + troops_ * troops;
    }

    float win(float support, float defence) const {
        const float attack = actors_[size_t(initiator_)].strength * support;
        return attack > 0 ? 1 / (1 + std::pow(defence / attack, contest_)) : 0;
    }

    float rift(const Actor& a) const {
        float cost = 0;
        for (auto& one : a.rifts) {
            const Actor& g = actors_[size_t(one.actor)];
            cost += one.weight * g.posture * std::max(0.0f, -g.perceived);
        }
        return cost;
    }

    float gain(float p) const {
        const Actor& a = actors_[size_t(initiator_)];
        return a.salience * (p * a.stance - (1 - p) * fear_) + a.constant + a.condition - rift(a);
    }

    void adjust() {  // phase 4 and section 4
        resistance_ = 0;
        for (int d : defenders_) resistance_ += actors_[size_t(d)].strength * std::max(0.0f, -actors_[size_t(d)].stance);
        const float looming = displacement_ + half_stake_ * imminence_, against = defence();
        for (auto& a : actors_) {
            switch (a.role) {
                case INITIATOR: {
                    float promised = 0;
                    for (auto& one : patrons_)
                        promised += one.weight * clip((actors_[size_t(one.actor)].perceived + 1) / 2, 0, 1);
                    a.target = choice(gain(win(reliance_ + (1 - reliance_) * promised, against)));
                    break;
                }
                case PATRON:
                    a.argument = a.salience * a.stance + a.condition + a.constant + pull_ * attacks_ - rift(a) - a.own * looming;
                    a.target = choice(a.argument);
                    break;
                case GUARANTOR: {
                    float clash = 0;
                    for (auto& one : a.clashes) clash += one.weight * std::max(0.0f, actors_[size_t(one.actor)].perceived);
                    a.target = a.salience * choice(-a.stance * (0.4f + imminence_) - a.condition + a.constant - clash);
                    break;
                }
                case DEFENDER: {
                    float free = 1;
                    for (auto& one : a.held_by) free *= std::max(0.0f, 1 - one.weight * actors_[size_t(one.actor)].posture);
                    a.target = clip(a.own * (0.2f + 0.6f * bombing_) * free, 0, 1);
                    break;
                }
                case MEDIATOR:
                    a.target = a.salience * (a.own + (1 - a.own) / (1 + std::exp(-4 * (bombing_ + looming - 0.5f))));
                    break;
            }
        }
        for (auto& a : actors_)
            if (!a.held) a.posture += a.rate * (a.target - a.posture);
        survey();
    }

    float bargaining_gain(const Actor& a) const {
        return a.salience * a.stance * (position_ - imminence_) - a.condition * imminence_ + worth_;
    }

    bool resolve(Chance& chance, int day, Outcome& came) {  // phase 5 and section 5
        const Actor& a = actors_[size_t(initiator_)];
        float quiet = 1;
        for (int d : defenders_) quiet *= 1 - actors_[size_t(d)].posture;
        const float incident = chance.uniform() < incident_rate_ * (1 - quiet) ? 1 : 0;
        float strikes = std::min(1.0f, strike_rate_ * (0.2f + 1.5f * incident + support_) * (1 + a.stance) / 2);
        if (agreement_) strikes *= 0.25f;
        const float strike = chance.uniform() < strikes ? 1 : 0;
        attacks_ = std::min(1.0f, 0.9f * attacks_ + 0.25f * incident);
        bombing_ = std::min(1.0f, 0.9f * bombing_ + 0.15f * strike);
        displacement_ = std::min(1.0f, 0.98f * displacement_ + 0.03f * strike);
        if (strike > 0 && came.strike == cast_.horizon) came.strike = day;

        const float chance_to_win = win(support_, defence()), wish = gain(chance_to_win);
        if (choice(wish) > disposition_) {
            const float launch = std::min(1.0f, launch_rate_ * imminence_) * (agreement_ ? held_back_ : 1);
            if (chance.uniform() < launch) {
                came.offensive = day;
                return true;
            }
        }
        const float talks = cast_.talks[size_t(day)];
        if (a.stance > 0 && terms_rate_ > 0) {
            const float most = terms_rate_ * talks * std::min(1.0f, imminence_ + bombing_), roll = chance.uniform();
            if (roll < most) {  // the wills of the defenders only where they can matter
                float yielding = 1;
                for (int d : defenders_) {
                    const Actor& one = actors_[size_t(d)];
                    const float worth = one.salience * std::max(0.0f, -one.stance) * (chance_to_win - terms_position_);
                    yielding = std::min(yielding, choice(worth));
                }
                if (roll < most * yielding) {
                    came.terms = day;
                    return true;
                }
            }
        }
        if (agreement_) {
            const Actor& principal = actors_[size_t(cast_.principal)];
            const float most = break_rate_ * (attacks_ + bombing_), roll = chance.uniform();
            if (roll < most && roll < most * choice(principal.role == PATRON ? principal.argument : wish)) agreement_ = false;
        } else if (cast_.counterpart >= 0) {
            const Actor& other = actors_[size_t(cast_.counterpart)];
            const float second = bargaining_gain(other);
            const float first = bargaining_gain(actors_[size_t(cast_.principal)]) + agreement_rift_ * imminence_ * other.posture;
            if (first > 0 && second > 0 &&
                chance.uniform() < agreement_rate_ * talks * std::sqrt(first * second) * (0.3f + imminence_)) {
                agreement_ = true;
                came.agreement = std::min(came.agreement, day);
            }
        }
        return false;
    }
};

void print(const char* name, const std::vector<Outcome>& all, const std::vector<int>& days, int Outcome::*first) {
    std::printf(", \"%s\": [", name);
    for (size_t i = 0; i < days.size(); ++i) {
        const auto count = std::count_if(all.begin(), all.end(), [&](const Outcome& one) { return one.*first < days[i]; });
        std::printf("%s%ld", i ? ", " : "", long(count));
    }
    std::printf("]");
}

}  // namespace

int main(int count, char** words) {
    if (count != 4) {
        std::cerr << "usage: compiled CAST RUNS SEED\n";
        return 2;
    }
    const Cast cast = read(words[1]);
    const size_t runs = size_t(std::atol(words[2]));
    Chance chance(uint64_t(std::atol(words[3])));
    Crisis crisis(cast);
    std::vector<Outcome> all;
    all.reserve(runs);
    const std::clock_t start = std::clock();
    while (all.size() < runs) {
        crisis.draw(chance);
        for (int i = 0; i < cast.replicates; ++i) all.push_back(crisis.play(chance));
    }
    const double seconds = double(std::clock() - start) / CLOCKS_PER_SEC;
    std::printf("{\"runs\": %zu, \"seconds\": %.6f", all.size(), seconds);
    print("strikes", all, cast.milestones, &Outcome::strike);
    print("agreement", all, cast.milestones, &Outcome::agreement);
    print("terms", all, cast.milestones, &Outcome::terms);
    print("offensive", all, cast.milestones, &Outcome::offensive);
    std::printf("}\n");
}
